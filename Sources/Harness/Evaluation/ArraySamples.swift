import CalibrantEngine
import Foundation

/// Samples of a model that reads anything but one image: an array per input, whose first axis counts samples.
public struct ArraySamples: SampleSource {
  /// What the arrays are made for, and each of them in that order.
  let inputs: ModelInputs
  private let arrays: [NPYArray]
  /// Of each input, whether its first axis counts samples in the model, too.
  private let haveBatchAxis: [Bool]
  public let count: Int
  public let hashes: [String]
  /// The rows that the model takes; nil where it takes any number.
  let fixedBatch: Int?
  /// What errors call the samples' file.
  private let file: String

  /// - Parameters:
  ///   - files: the arrays by the names of the inputs; without a name, of the only one.
  ///   - limit: use only the first samples.
  /// - Throws: an error that names the input and the file for an input without an array or an array without an input, and for
  ///   other shapes, types and numbers of samples than fit.
  public init(_ files: SampleFiles, for inputs: ModelInputs, limit: Int? = nil) throws {
    let named = try files.arrays(for: inputs)
    var arrays: [NPYArray] = []
    var haveBatchAxis: [Bool] = []
    for (input, array) in zip(inputs.all, named) {
      haveBatchAxis.append(try input.check(array))
      arrays.append(try input.converted(array))
    }
    guard let first = arrays.first else {
      throw HarnessError.nothingObserved(reason: "the model reads nothing")
    }
    for (array, input) in zip(arrays, inputs.all) where array.sampleCount != first.sampleCount {
      throw HarnessError.sampleCount(
        array.sampleCount, source: array.path, input: input.name, others: first.sampleCount,
        of: first.path)
    }
    guard first.sampleCount > 0 else {
      throw HarnessError.nothingObserved(reason: "\(first.path) holds no samples")
    }
    self.inputs = inputs
    self.arrays = arrays
    self.haveBatchAxis = haveBatchAxis
    count = min(limit ?? .max, first.sampleCount)
    file = URL(filePath: first.path).lastPathComponent
    fixedBatch = try inputs.fixedBatch(haveBatchAxis)
    hashes = try (0..<count).map { try Self.hash(of: $0, arrays) }
  }

  /// Of a sample's values in all arrays.
  private static func hash(of sample: Int, _ arrays: [NPYArray]) throws(HarnessError) -> String {
    var bytes: [UInt8] = []
    for array in arrays {
      guard !array.dtype.isFloatingPoint || array.floats(sample: sample).allSatisfy(\.isFinite)
      else { throw .nonFiniteSample(name: "sample \(sample) of \(array.path)") }
      array.withBytes(ofSample: sample) { bytes += $0 }
    }
    return ContentHash.sha256(bytes)
  }

  /// Of the first input; the others are in `inputs(of:)`.
  public var sampleShape: [Int] { arrays[0].sampleShape.dims }
  public func name(of index: Int) -> String { "sample \(index) of \(file)" }
  public func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
    arrays[0].write(sample: index, into: values)
  }

  public var arrayForm: ArrayForm? {
    ArrayForm(
      inputs: inputs, fixedBatch: fixedBatch,
      sampleSize: arrays.reduce(0) { $0 + $1.sampleShape.elementCount },
      samples: zip(zip(inputs.all, arrays), haveBatchAxis).map { pair, hasBatch in
        ArrayForm.Sample(
          dtype: pair.0.dtype, dims: pair.1.sampleShape.dims, hasBatchAxis: hasBatch)
      })
  }

  public func inputs(of samples: [Int]) -> [Tensor] {
    zip(arrayForm?.types(rows: samples.count) ?? [], arrays).map { type, array in
      Tensor(type) { target in
        var start = 0
        for sample in samples {
          array.withBytes(ofSample: sample) { bytes in
            UnsafeMutableRawBufferPointer(rebasing: target[start..<start + bytes.count])
              .copyMemory(from: bytes)
            start += bytes.count
          }
        }
      }
    }
  }
}

/// How samples of several arrays make a model's inputs.
public struct ArrayForm: Sendable {
  struct Sample: Sendable {
    let dtype: DType
    let dims: [Int]
    let hasBatchAxis: Bool
  }

  let inputs: ModelInputs
  let fixedBatch: Int?
  /// Values of a sample in all inputs.
  let sampleSize: Int
  let samples: [Sample]

  func types(rows: Int) -> [TensorType] {
    samples.map { TensorType($0.dtype, Shape(($0.hasBatchAxis ? [rows] : []) + $0.dims)) }
  }
}

extension ModelInputs.Input {
  /// Whether an array's samples have the shape of this input.
  ///
  /// - Returns: whether the input has an axis for samples; otherwise the model takes one at a time.
  fileprivate func check(_ array: NPYArray) throws(HarnessError) -> Bool {
    guard let dims else { return true }
    let actual = array.shape.dims
    func fits(_ dims: some Collection<Int?>) -> Bool {
      dims.count == actual.count - 1
        && zip(dims, actual.dropFirst()).allSatisfy { $0 == nil || $0 == $1 }
    }
    if fits(dims.dropFirst()), !dims.isEmpty { return true }
    if fits(dims) { return false }
    let sample = dims.dropFirst().map { $0.map(String.init) ?? "any" }
    throw .sampleShape(
      expected: (["N"] + sample).joined(separator: " × ") + " for its input '\(name)'",
      actual: actual.map(String.init).joined(separator: " × "), source: array.path)
  }

  /// The array in this input's type.
  fileprivate func converted(_ array: NPYArray) throws(HarnessError) -> NPYArray {
    do throws(NPYArray.Unconvertible) {
      return try array.converted(to: dtype)
    } catch {
      throw .sampleType(
        expected: "\(dtype)", actual: "\(array.dtype)", value: error.value, source: array.path,
        input: name)
    }
  }
}

extension ModelInputs {
  /// The rows that all inputs take; nil for any number.
  fileprivate func fixedBatch(_ haveBatchAxis: [Bool]) throws(HarnessError) -> Int? {
    let rows = zip(all, haveBatchAxis).map { input, hasBatch in hasBatch ? input.dims?[0] : 1 }
    let fixed = Set(rows.compactMap(\.self))
    guard fixed.count <= 1 else {
      throw .notAnImageModel(
        reason: "its inputs take different numbers of samples at a time: \(self)")
    }
    guard let only = fixed.first, only > 0 else { return nil }
    return only
  }
}
