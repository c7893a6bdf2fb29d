import Engine

/// How samples share a run of the model: in units fixed by the data and the model alone.
///
/// A GEMM over other neighbours may round differently, so which samples share one must not depend on the number of
/// workers or on how many samples a worker takes at a time.
public struct Batching: Sendable {
  public let unit: Int
  public let sampleCount: Int
  /// A model of fixed batch gets its last unit filled up by repeating a sample, whose results are dropped.
  private let isFixed: Bool

  public init(_ source: some SampleSource, fixedBatch: Int?) {
    sampleCount = source.count
    isFixed = fixedBatch != nil
    unit = fixedBatch ?? Self.unit(sampleSize: source.sampleSize)
  }

  /// Units that a program can run: as large as its input says, or single samples where something inside it, a Reshape
  /// to 1 × … say, takes no more.
  public init(_ source: some SampleSource, for program: Program) throws {
    let fixed = try ImageInput(of: program).fixedBatch
    self.init(source, fixedBatch: fixed)
    guard fixed == nil, unit > 1, !program.takes(batch: unit, of: source.sampleShape),
      program.takes(batch: 1, of: source.sampleShape)
    else { return }
    self.init(source, fixedBatch: 1)
  }

  /// Small images in larger units, so that late layers still make GEMMs of some width.
  private static func unit(sampleSize: Int) -> Int {
    let fitting = 200_000 / max(sampleSize, 1)
    return [16, 8, 4, 2].first { $0 <= fitting } ?? 1
  }

  public var unitCount: Int { (sampleCount + unit - 1) / unit }

  public func samples(of index: Int) -> Range<Int> {
    index * unit..<min((index + 1) * unit, sampleCount)
  }

  /// The input tensor of a unit.
  public func input(_ index: Int, from source: some SampleSource) throws -> Tensor {
    let samples = samples(of: index)
    let rows = isFixed ? unit : samples.count
    let type = TensorType(.float32, Shape([rows] + source.sampleShape))
    return try Tensor(type) { bytes in
      let values = bytes.assumingMemoryBound(to: Float.self)
      for row in 0..<rows {
        let sample = min(samples.lowerBound + row, samples.upperBound - 1)
        let start = row * source.sampleSize
        try source.write(
          sample,
          into: UnsafeMutableBufferPointer(rebasing: values[start..<start + source.sampleSize]))
      }
    }
  }
}

extension Program {
  /// Whether it computes a row of every output for each sample of a batch; true where only a run would tell.
  fileprivate func takes(batch: Int, of sample: [Int]) -> Bool {
    let input = TensorType(.float32, Shape([batch] + sample))
    let planned = Result { () throws(GraphError) in try outputTypes([input]) }
    guard case .success(let types) = planned else { return false }
    return types?.first.map { $0.shape.dims.first == batch } ?? true
  }
}

/// A session behind a reference, so that a worker's closure can keep it.
final class SessionBox {
  var session: Session
  init(_ program: Program) { session = Session(program) }
}
