import CalibrantEngine
import CalibrantLinearAlgebra
import CalibrantTasks

/// Samples that models are measured on, and what reports say of them.
public protocol MeasuredSamples: SampleSource {
  /// In the order of the source. Those of arrays are no files.
  var samples: [ImageSample] { get }
  /// A content hash per sample.
  var hashes: [String] { get }
  /// Relative paths of unreadable images that were left out, each with the reason.
  var skipped: [(path: String, reason: String)] { get }
  var classNames: [String] { get }
  /// How samples became the model's input.
  var settings: [ComparisonFacts.Setting] { get }
  /// How an image became the model's input.
  func geometry(of index: Int) -> BoxGeometry
  /// Wall-clock seconds before the first run.
  var seconds: Double { get }
  /// Seconds that all threads together have spent on reading samples.
  var readSeconds: Double { get }
}

extension ImageStore: MeasuredSamples {
  public var settings: [ComparisonFacts.Setting] { preprocessing.settings }
}

/// Arrays to measure models on.
public struct ArrayStore: MeasuredSamples {
  private let source: any SampleSource
  public let samples: [ImageSample]
  public let hashes: [String]
  public let settings = [ComparisonFacts.Setting("samples", "as they are")]

  /// Samples of whatever the model reads.
  ///
  /// - Parameter limit: use only the first samples.
  public init(_ files: SampleFiles, for model: LoadedModel, limit: Int?) throws {
    if let input = try? model.input {
      let array = try files.arrays(for: model.inputs)[0]
      let images = try NPYSource(array, for: input, limit: limit)
      self.init(images, hashes: images.hashes)
    } else {
      let arrays = try ArraySamples(files, for: model.inputs, limit: limit)
      self.init(arrays, hashes: arrays.hashes)
    }
  }

  private init(_ source: any SampleSource, hashes: [String]) {
    self.source = source
    self.hashes = hashes
    samples = (0..<source.count).map {
      ImageSample(path: source.name(of: $0), absolutePath: "", label: ImageSample.unlabelled)
    }
  }

  public var skipped: [(path: String, reason: String)] { [] }
  public var classNames: [String] { [] }
  public var seconds: Double { 0 }
  public var readSeconds: Double { 0 }

  /// Pixels are the array's.
  public func geometry(of index: Int) -> BoxGeometry {
    let shape = source.shape(of: index)
    return BoxGeometry(
      width: shape.count == 3 ? shape[2] : 1, height: shape.count == 3 ? shape[1] : 1)
  }

  public var count: Int { source.count }
  public var sampleShape: [Int] { source.sampleShape }
  public func name(of index: Int) -> String { source.name(of: index) }
  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(index, into: values)
  }
  public var arrayForm: ArrayForm? { source.arrayForm }
  public func inputs(of samples: [Int]) throws -> [Tensor] { try source.inputs(of: samples) }
}

/// Some of the samples of a source, in an order of their own.
struct ChosenSamples: MeasuredSamples {
  let source: any MeasuredSamples
  /// Where they are in the source.
  let places: [Int]
  let samples: [ImageSample]
  let hashes: [String]

  init(_ source: any MeasuredSamples, _ places: [Int]) {
    (self.source, self.places) = (source, places)
    samples = places.map { source.samples[$0] }
    hashes = places.map { source.hashes[$0] }
  }

  var skipped: [(path: String, reason: String)] { source.skipped }
  var classNames: [String] { source.classNames }
  var settings: [ComparisonFacts.Setting] { source.settings }
  var seconds: Double { source.seconds }
  var readSeconds: Double { source.readSeconds }
  func geometry(of index: Int) -> BoxGeometry { source.geometry(of: places[index]) }

  var count: Int { places.count }
  var sampleShape: [Int] { source.sampleShape }
  var isUniform: Bool { source.isUniform }
  func shape(of index: Int) -> [Int] { source.shape(of: places[index]) }
  func name(of index: Int) -> String { source.name(of: places[index]) }
  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    try source.write(places[index], into: values)
  }
  var arrayForm: ArrayForm? { source.arrayForm }
  func inputs(of samples: [Int]) throws -> [Tensor] {
    try source.inputs(of: samples.map { places[$0] })
  }
}

extension ArrayStore {
  /// In a seeded random order.
  public func shuffled(seed: UInt64) -> any MeasuredSamples {
    var random = SplitMix64(seed: seed)
    return ChosenSamples(self, Array(0..<count).shuffled(using: &random))
  }
}
