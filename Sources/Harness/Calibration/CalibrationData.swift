import Foundation
import CalibrantImaging

/// Samples to calibrate with, in canonical order, and where they came from.
public struct CalibrationData: Sendable {
  public let source: any SampleSource
  public let digest: String
  /// How pixels became inputs, as one line; for an array, that it is taken as it is.
  public let preparation: String
  /// Content hashes of the files; empty for an array.
  public let hashes: [String]
  public let skipped: [(path: String, reason: String)]
  /// A content hash per sample of the source; empty for samples that are no files.
  private let contents: [String]
  private var array: NPYSource?
  /// What is unlikely about them, one sentence each.
  public private(set) var warnings: [String] = []

  public var count: Int { source.count }

  public init(_ store: ImageStore) {
    let ordered = CanonicalOrder(store, hashes: store.hashes)
    source = ordered
    digest = ordered.digest
    contents = ordered.hashes
    preparation = store.preprocessing.description
    hashes = store.hashes
    skipped = store.skipped
    warnings = CalibrationFit.warnings(hashes: hashes)
  }

  /// - Parameter preprocessing: what the model's images go through, to hold the array's values against; nil holds none.
  public init(_ array: NPYSource, _ preprocessing: Preprocessing? = nil) {
    self.init(CanonicalOrder(array, hashes: array.hashes))
    self.array = array
    warnings =
      CalibrationFit.warnings(hashes: array.hashes)
      + (preprocessing.map { CalibrationFit.warnings(array, $0) } ?? [])
  }

  public init(_ arrays: ArraySamples) {
    self.init(CanonicalOrder(arrays, hashes: arrays.hashes))
    warnings = CalibrationFit.warnings(hashes: arrays.hashes)
  }

  /// Samples of whatever the model reads.
  ///
  /// - Parameter preprocessing: what the model's images go through, to hold an array's values against.
  public init(
    _ files: SampleFiles, for model: LoadedModel, _ preprocessing: Preprocessing, limit: Int?
  ) throws {
    guard let input = try? model.input else {
      self.init(try ArraySamples(files, for: model.inputs, limit: limit))
      return
    }
    let array = try files.arrays(for: model.inputs)[0]
    self.init(
      try NPYSource(array, for: input, limit: limit), input.readsBytes ? nil : preprocessing)
  }

  /// Samples far beyond all others; only arrays have such, pixels are bounded.
  public var outliers: [OutlyingSample] { array?.outliers ?? [] }

  /// The same without samples that would decide ranges by themselves.
  public func withoutOutliers() -> CalibrationData {
    guard let array, !outliers.isEmpty else { return self }
    var data = CalibrationData(array.leavingOut(outliers))
    data.warnings = warnings
    return data
  }

  /// Samples that are no files.
  ///
  /// - Parameter contents: a hash per sample, where it may be cut into shards.
  init(
    _ source: any SampleSource, digest: String, preparation: String, contents: [String] = []
  ) {
    self.source = source
    self.digest = digest
    self.preparation = preparation
    self.contents = contents
    hashes = []
    skipped = []
  }

  /// Samples of arrays.
  private init(_ ordered: CanonicalOrder<some SampleSource>) {
    self.init(
      ordered, digest: ordered.digest, preparation: "samples as they are",
      contents: ordered.hashes)
  }

  /// Whole blocks of the samples in canonical order, so that every sample shares a run with the same neighbours as on one
  /// machine. More shards than blocks leave some without any.
  func shard(_ shard: Shard, block: Int) -> CalibrationData {
    precondition(contents.count == count, "samples are told apart by their contents")
    let places = shard.indices(of: count, block: block)
    return CalibrationData(
      SomeSamples(source, at: places), digest: DigestSum(of: places.map { contents[$0] }).text,
      preparation: preparation)
  }
}

/// The N × C × H × W samples of a `.npy` file, taken as the model's input as they are.
public struct NPYSource: SampleSource {
  private let array: NPYArray
  /// The name without its folder.
  let file: String
  /// Which samples of the array are used, and the largest absolute value of each.
  private let places: [Int]
  /// Whether samples lie as H × W × C in the array.
  private let isChannelsLast: Bool
  private let magnitudes: [Float]
  public let sampleShape: [Int]
  public let hashes: [String]
  /// Of the values of the whole file; nil where there are none.
  let range: ClosedRange<Float>?
  var isInteger: Bool { !array.dtype.isFloatingPoint }

  /// - Parameter limit: use only the first samples.
  public init(_ path: String, for input: ImageInput, limit: Int? = nil) throws {
    try self.init(NPYArray(contentsOf: path), for: input, limit: limit)
  }

  init(_ array: NPYArray, for input: ImageInput, limit: Int? = nil) throws {
    let path = array.path
    let expected = [input.channels, input.height, input.width]
    let dims = array.sampleShape.dims
    func fits(_ sample: [Int]) -> Bool {
      array.shape.rank == 4 && zip(expected, sample).allSatisfy { $0 == nil || $0 == $1 }
    }
    // Of a model that reads channels last, arrays in its own layout are as good.
    isChannelsLast =
      input.layout == .channelsLast && dims.count == 3 && fits([dims[2], dims[0], dims[1]])
      && !fits(dims)
    let sample = isChannelsLast ? [dims[2], dims[0], dims[1]] : dims
    guard isChannelsLast || fits(sample) else {
      let needed = expected.map { $0.map(String.init) ?? "any" }.joined(separator: " × ")
      throw HarnessError.sampleShape(
        expected: "N × \(needed)",
        actual: array.shape.dims.map(String.init).joined(separator: " × "), source: path)
    }
    guard array.shape[0] > 0 else {
      throw HarnessError.nothingObserved(reason: "\(path) holds no samples")
    }
    self.array = array
    sampleShape = sample
    file = URL(filePath: path).lastPathComponent
    places = Array(0..<min(limit ?? .max, array.shape[0]))
    var (hashes, magnitudes): ([String], [Float]) = ([], [])
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for index in places {
      let values = array.floats(sample: index)
      guard values.allSatisfy(\.isFinite) else {
        throw HarnessError.nonFiniteSample(name: "sample \(index) of \(path)")
      }
      lowest = min(lowest, values.min() ?? lowest)
      highest = max(highest, values.max() ?? highest)
      hashes.append(values.withUnsafeBytes { ContentHash.sha256($0) })
      magnitudes.append(values.reduce(0) { max($0, abs($1)) })
    }
    (self.hashes, self.magnitudes) = (hashes, magnitudes)
    range = lowest <= highest ? lowest...highest : nil
  }

  private init(_ other: NPYSource, keeping kept: [Int]) {
    (array, file, sampleShape) = (other.array, other.file, other.sampleShape)
    isChannelsLast = other.isChannelsLast
    range = other.range
    places = kept.map { other.places[$0] }
    hashes = kept.map { other.hashes[$0] }
    magnitudes = kept.map { other.magnitudes[$0] }
  }

  public var count: Int { places.count }

  public func name(of index: Int) -> String { "sample \(places[index]) of \(file)" }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
    guard isChannelsLast else { return array.write(sample: places[index], into: values) }
    let (channels, pixels) = (sampleShape[0], sampleShape[1] * sampleShape[2])
    let stored = array.floats(sample: places[index])
    for i in stored.indices { values[i % channels * pixels + i / channels] = stored[i] }
  }

  var outliers: [OutlyingSample] { OutlyingSample.among(magnitudes, name: name) }

  func leavingOut(_ outliers: [OutlyingSample]) -> NPYSource {
    let left = Set(outliers.map(\.index))
    return NPYSource(self, keeping: (0..<count).filter { !left.contains($0) })
  }
}
