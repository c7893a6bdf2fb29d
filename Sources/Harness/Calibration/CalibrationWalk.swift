import Engine
import Quantization

/// Walks a model over calibration samples on several threads.
public struct CalibrationWalk: Sendable {
  public var jobs: Int
  public var isQuiet: Bool
  /// Learns what each range was chosen by.
  var comparisons: ActivationComparisons?

  public init(jobs: Int, isQuiet: Bool = true) {
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// Chooses the method of each activation's range.
  func choose(
    _ selection: RangeSelection, _ fallback: ActivationRanges, on data: CalibrationData,
    fixedBatch: Int?
  ) throws -> (ranges: ActivationRanges, choices: [RangeSelection.Choice]) {
    // Only the held-out fifth is run.
    let source = Self.first(data.source, floats: 3 * Self.floatsForMeans)
    let input = BatchedInput(source, fixedBatch: fixedBatch)
    let chosen = try selection.choose(fallback, on: input, executor: Workers(jobs: jobs))
    comparisons?.add(chosen.choices)
    return chosen
  }

  /// - Parameter title: what progress is shown of.
  public func run(
    _ walk: SequentialWalk, on data: CalibrationData, fixedBatch: Int?, title: String
  ) throws -> Calibration {
    // Optimal rounding fits covariances, which every sample makes better.
    let source =
      walk.options.rounding == .optimal
      ? data.source : Self.first(data.source, floats: Self.floatsForMeans)
    // Of the programs that observed and compared.
    FreedMemory.release()
    let input = BatchedInput(source, fixedBatch: fixedBatch)
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

extension CalibrationWalk {
  /// Ranges are compared and biases corrected by means over all positions of all samples, and as many of those as this
  /// settle them: time and memory need not grow with the calibration set. Samples are in canonical order, in which the
  /// first are as good as any.
  private static let floatsForMeans = 5_000_000

  private static func first(_ source: any SampleSource, floats: Int) -> any SampleSource {
    FirstSamples(source, max(32, floats / max(source.sampleSize, 1)))
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
  private let source: any SampleSource
  private let batching: Batching

  init(_ source: any SampleSource, fixedBatch: Int?) {
    self.source = source
    batching = Batching(source, fixedBatch: fixedBatch)
  }

  var unitCount: Int { batching.unitCount }
  var sampleCount: Int { batching.sampleCount }
  func input(_ unit: Int) throws -> Tensor { try batching.input(unit, from: source) }
  func samples(in unit: Int) -> Int { batching.samples(of: unit).count }
}
