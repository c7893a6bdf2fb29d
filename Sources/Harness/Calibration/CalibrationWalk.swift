import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization
import Synchronization

/// Walks a model over calibration samples on several threads.
public struct CalibrationWalk: Sendable {
  public var jobs: Int
  public var isQuiet: Bool
  /// Where solved layers are kept until all is done; nil keeps none.
  public var journal: WalkJournal?
  private let lastJudge = LastJudge()

  public init(jobs: Int, isQuiet: Bool = true, journal: WalkJournal? = nil) {
    self.jobs = jobs
    self.isQuiet = isQuiet
    self.journal = journal
  }

  /// Chooses the method of each activation's range.
  func choose(
    _ selection: RangeSelection, _ fallback: ActivationRanges, of model: Model,
    on data: CalibrationData
  ) throws -> RangeChoices {
    try selection.choose(
      fallback, on: Self.judges(data, of: model), executor: ThreadedExecutor(jobs: jobs))
  }

  /// Chooses the activations that stay in float.
  func floats(
    _ placement: FloatPlacement, _ budget: FloatBudget, _ ranges: ActivationRanges,
    fallback: ActivationRanges, of model: Model, on data: CalibrationData
  ) throws -> FloatActivations? {
    try placement.choose(
      budget, ranges, fallback: fallback, on: Self.judges(data, of: model),
      executor: ThreadedExecutor(jobs: jobs))
  }

  /// Samples of which only the held-out fifth is run.
  private static func judges(
    _ data: CalibrationData, of model: Model
  ) throws -> BatchedInput {
    try BatchedInput(first(data.source, floats: 3 * floatsForMeans), for: Program(model))
  }

  /// What judges networks made by `job`: the samples that its walk holds out; nil where there is nothing to judge by.
  func judge(
    of job: QuantizationJob, _ scheme: SchemeName, on data: CalibrationData
  ) throws -> NetworkJudge? {
    try judge(of: job, job.options.walkOptions(scheme), on: data)
  }

  func judge(
    of job: QuantizationJob, _ options: WalkOptions, on data: CalibrationData
  ) throws -> NetworkJudge? {
    let source = Self.source(of: data, for: options)
    let model = "\(job.options.equalizesModel) \(job.options.balance ?? "")"
    let facts = "\(model) \(source.count) \(data.preparation) \(data.digest)"
    let loss = try lastJudge.loss(of: facts) {
      let input = try BatchedInput(source, for: Program(job.model))
      return try NetworkLoss(of: job.prepared, on: input, executor: ThreadedExecutor(jobs: jobs))
    }
    return loss.map {
      NetworkJudge(
        loss: $0, jobs: jobs, countsClamps: job.options.saturationSafety != .never)
    }
  }

  /// - Parameters:
  ///   - facts: what decides the result, to go on with an interrupted run.
  ///   - judge: takes back what harms the network; nil where there is nothing to judge by, or nothing to take back.
  ///   - title: what progress is shown of.
  func run(
    _ walk: SequentialWalk, _ facts: WalkFacts, of model: Model, on data: CalibrationData,
    judge: NetworkJudge?, title: String
  ) throws -> Calibration {
    let source = Self.source(of: data, for: walk.options)
    // Of the programs that observed and compared.
    FreedMemory.release()
    let input = try BatchedInput(source, for: Program(model))
    let key = journal?.key(facts.text) ?? ""
    let known = journal?.layers(of: key) ?? [:]
    var progress: Progress?
    do {
      return try walk.run(
        on: input, executor: ThreadedExecutor(jobs: jobs), judge: judge?.loss, known: known
      ) { done, total in
        let shown = progress ?? layerProgress(title, total, from: done)
        progress = shown
        shown.advance(to: Int(done * Double(Self.parts)))
      } solved: { layer, result in
        // Early layers keep large values, late ones form large matrices, which do not fit in their place.
        FreedMemory.releaseExcess()
        try journal?.add(layer, result, of: key)
      }
    } catch var error as Interrupted {
      error.kept = journal.flatMap { journal in
        journal.count > 0
          ? (ReportText.count(journal.count, "finished layer"), journal.path) : nil
      }
      throw error
    }
  }
}

extension CalibrationWalk {
  /// Layers are counted in hundredths, so that the time left is known inside a long one.
  private static let parts = 100

  private func layerProgress(_ title: String, _ layers: Int, from done: Double) -> Progress {
    let parts = Self.parts
    return Progress(
      title, total: layers * parts, from: Int(done * Double(parts)), isQuiet: isQuiet
    ) { done in
      done == layers * parts ? "\(layers) layers" : "layer \(done / parts + 1) of \(layers)"
    }
  }

  /// Ranges are compared and biases corrected by means over all positions of all samples, and as many of those as this
  /// settle them: time and memory need not grow with the calibration set. Samples are in canonical order, in which the
  /// first are as good as any.
  private static let floatsForMeans = 5_000_000

  private static func first(
    _ source: any SampleSource, floats: Int, atLeast count: Int = 32
  ) -> any SampleSource {
    SomeSamples(first: max(count, floats / max(source.sampleSize, 1)), of: source)
  }

  /// Optimal rounding fits covariances, which every sample makes better; those of narrow layers are soon known.
  private static func source(
    of data: CalibrationData, for options: WalkOptions
  ) -> any SampleSource {
    switch (options.rounding, options.widestOptimal) {
    case (.optimal, nil): data.source
    case (.optimal, _): first(data.source, floats: floatsForMeans, atLeast: 100)
    case (.nearest, _): first(data.source, floats: floatsForMeans)
    }
  }
}

/// What judged last: the methods of a scheme are judged by the same float network on the same samples.
///
/// A class, so that copies of a walk share it.
private final class LastJudge: Sendable {
  /// More than that is not held on to while others work.
  private static let byteLimit = 64 << 20

  private let last = Mutex<(facts: String, loss: NetworkLoss?)?>(nil)

  /// - Parameter facts: all that tells float networks and samples of a run apart.
  func loss(of facts: String, make: () throws -> NetworkLoss?) rethrows -> NetworkLoss? {
    if let known = last.withLock({ $0?.facts == facts ? $0 : nil }) { return known.loss }
    let loss = try make()
    if (loss?.byteCount ?? 0) <= Self.byteLimit { last.withLock { $0 = (facts, loss) } }
    return loss
  }
}

/// The threads of a run, as quantization uses them.
struct ThreadedExecutor: OrderedExecutor {
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

  init(_ source: any SampleSource, for program: Program) throws {
    self.source = source
    batching = try Batching(source, for: program)
  }

  var unitCount: Int { batching.unitCount }
  var sampleCount: Int { batching.sampleCount }
  func inputs(_ unit: Int) throws -> [Tensor] { try batching.inputs(unit, from: source) }
  func samples(in unit: Int) -> Int { batching.samples(of: unit).count }
}
