import Foundation
import Imaging

/// Samples to calibrate with, in canonical order, and where they came from.
public struct CalibrationData: Sendable {
  public let source: any SampleSource
  public let digest: String
  /// How pixels became inputs, as one line; for an array, that it is taken as it is.
  public let preparation: String
  /// Content hashes of the files; empty for an array.
  public let hashes: [String]
  public let skipped: [(path: String, reason: String)]

  public var count: Int { source.count }

  public init(_ store: ImageStore) {
    let ordered = CanonicalOrder(store, hashes: store.hashes)
    source = ordered
    digest = ordered.digest
    preparation = store.preprocessing.description
    hashes = store.hashes
    skipped = store.skipped
  }

  public init(_ array: NPYSource) {
    let ordered = CanonicalOrder(array, hashes: array.hashes)
    self.init(ordered, digest: ordered.digest, preparation: "samples as they are")
  }

  /// Samples that are no files.
  init(_ source: any SampleSource, digest: String, preparation: String) {
    self.source = source
    self.digest = digest
    self.preparation = preparation
    hashes = []
    skipped = []
  }
}

/// The N × C × H × W samples of a `.npy` file, taken as the model's input as they are.
public struct NPYSource: SampleSource {
  private let array: NPYArray
  private let file: String
  public let sampleShape: [Int]
  public let hashes: [String]

  /// - Parameter limit: use only the first samples.
  public init(_ path: String, for input: ImageInput, limit: Int? = nil) throws {
    let array = try NPYArray(contentsOf: path)
    let expected = [input.channels, input.height, input.width]
    let sample = array.sampleShape.dims
    let fits =
      array.shape.rank == 4
      && zip(expected, sample).allSatisfy { $0 == nil || $0 == $1 }
    guard fits else {
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
    count = min(limit ?? .max, array.shape[0])
    file = URL(filePath: path).lastPathComponent
    hashes = try (0..<count).map { index in
      let values = array.floats(sample: index)
      guard values.allSatisfy(\.isFinite) else {
        throw HarnessError.nonFiniteSample(name: "sample \(index) of \(path)")
      }
      return values.withUnsafeBytes { ContentHash.sha256($0) }
    }
  }

  public let count: Int

  public func name(of index: Int) -> String { "sample \(index) of \(file)" }

  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
    array.write(sample: index, into: values)
  }
}
