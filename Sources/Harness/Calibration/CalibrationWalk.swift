import Engine
import Quantization

/// Walks a model over calibration samples on several threads.
public struct CalibrationWalk: Sendable {
  public var jobs: Int
  public var isQuiet: Bool

  public init(jobs: Int, isQuiet: Bool = true) {
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// Chooses the method of each activation's range.
  func choose(
    _ selection: RangeSelection, _ fallback: ActivationRanges, on data: CalibrationData,
    fixedBatch: Int?
  ) throws -> (ranges: ActivationRanges, choices: [RangeSelection.Choice]) {
    let input = BatchedInput(
      source: data.source, batching: Batching(data.source, fixedBatch: fixedBatch))
    return try selection.choose(fallback, on: input, executor: Workers(jobs: jobs))
  }

  /// - Parameter title: what progress is shown of.
  public func run(
    _ walk: SequentialWalk, on data: CalibrationData, fixedBatch: Int?, title: String
  ) throws -> Calibration {
    let input = BatchedInput(
      source: data.source, batching: Batching(data.source, fixedBatch: fixedBatch))
    // Layers are counted in hundredths, so that the time left is known inside a long one.
    var progress: Progress?
    return try walk.run(on: input, executor: Workers(jobs: jobs)) { done, total in
      let shown =
        progress
        ?? Progress(title, total: total * 100, isQuiet: isQuiet)
      progress = shown
      shown.advance(to: Int(done * 100))
    }
  }
}

/// The threads of a run, as quantization uses them.
struct Workers: OrderedExecutor {
  let jobs: Int

  func run<Result: Sendable>(
    units: Int, makeWorker: @escaping @Sendable () throws -> (_ unit: Int) throws -> Result,
    consume: (_ unit: Int, _ result: Result) throws -> Void
  ) throws {
    try processInOrder(units: units, jobs: jobs, makeWorker: makeWorker, consume: consume)
  }
}

private struct BatchedInput: WalkInput {
  let source: any SampleSource
  let batching: Batching

  var unitCount: Int { batching.unitCount }
  var sampleCount: Int { batching.sampleCount }
  func input(_ unit: Int) throws -> Tensor { try batching.input(unit, from: source) }
  func samples(in unit: Int) -> Int { batching.samples(of: unit).count }
}
