import Foundation
import Quantization

/// The main job: original against weight-based against activation-based, on the same images.
public struct ComparisonRun {
  public var schemes: [SchemeName]
  public var methods: [any CalibrationMethod]
  public var maxDrop: Double?
  public var minAgreement: Double?
  /// Whether each step of the activation-based recipe gets an arm without it.
  public var isAblation = false
  /// Files to measure besides those that are made.
  public var given: [GivenArm] = []
  /// nil measures on both kinds of hardware where they can differ.
  public var hardware: HardwareChoice?
  public var jobs: Int
  public var isQuiet: Bool
  /// How arms are timed, once all is known of their accuracy.
  public var speed: SpeedComparison
  public var statistics = StatisticsCache(path: nil)
  /// Where solved layers are kept until the run is done; nil keeps none.
  public var journal: WalkJournal?
  /// What speaks against believing the numbers, as far as is known beforehand.
  public var warnings: [String] = []
  /// What was typed, for the report.
  public var command: [String] = []
  /// Where quantized files go; they are measured from there, as a user would load them.
  public var folder: URL

  public init(
    schemes: [SchemeName], methods: [any CalibrationMethod], maxDrop: Double?, jobs: Int,
    isQuiet: Bool, folder: URL
  ) {
    self.schemes = schemes
    self.methods = methods
    self.maxDrop = maxDrop
    self.jobs = jobs
    self.isQuiet = isQuiet
    speed = SpeedComparison(.auto, isQuiet: isQuiet)
    self.folder = folder
  }

  public struct Outcome: Sendable {
    public let comparison: Comparison
    public let listing: any AnswerListing
    /// Small pictures of the images most worth looking at, by path, as data URIs.
    public internal(set) var thumbnails: [String: String] = [:]
  }

  /// How arms are made.
  public struct Jobs: Sendable {
    public var calibration: CalibrationData
    /// Without data.
    public var weightBased: QuantizationJob
    /// With data, which may have spoken against equalization.
    public var activationBased: QuantizationJob

    public init(
      _ calibration: CalibrationData, weightBased: QuantizationJob, activationBased: QuantizationJob
    ) {
      self.calibration = calibration
      self.weightBased = weightBased
      self.activationBased = activationBased
    }
  }

  /// Classification.
  ///
  /// - Parameter arms: nil makes none; there are given ones then.
  public func run(_ original: LoadedModel, _ arms: Jobs?, images: ImageStore) throws -> Outcome {
    var bench = ClassificationBench(images: images, jobs: jobs, isQuiet: isQuiet)
    bench.hardware = hardware
    return try run(original, arms, on: bench)
  }

  /// Any task.
  public func run(
    _ original: LoadedModel, _ arms: Jobs?, images: ImageStore, measuring task: some MeasuredTask
  ) throws -> Outcome {
    var bench = TaskBench(images: images, task: task, jobs: jobs, isQuiet: isQuiet)
    bench.hardware = hardware
    return try run(original, arms, on: bench, task: task.task)
  }

  private func run(
    _ original: LoadedModel, _ arms: Jobs?, on bench: some ArmBench,
    task: TaskKind = .classification
  ) throws -> Outcome {
    let start = ContinuousClock.now
    let observations = try observe(original, arms)
    var bench = bench
    let images = bench.images
    var layers = LayerNoiseRun(jobs: jobs)
    var evaluations = [try bench.evaluateOriginal(original)]
    var choices = RangeChoices()
    for arm in all(arms, observations, original) {
      try Interruption.check()
      let made = try arm()
      if choices.tensors.isEmpty, let own = made.quantized?.rangeChoices { choices = own }
      evaluations.append(try evaluate(made, &bench, &layers))
    }
    evaluations = ledByWorst(
      evaluations, bench.statistics,
      VerdictLimits(maxDrop: maxDrop, minAgreement: minAgreement))
    evaluations = try timed(evaluations, beside: original, on: images, since: start)
    var facts = facts(original, ImageFacts(images), arms?.calibration)
    facts.task = task
    facts.warnings += bench.warnings(of: evaluations[0], original)
    let comparison = Comparison(
      facts: facts, evaluations, bench.statistics,
      activations: try activations(arms?.activationBased, observations, choices))
    var outcome = Outcome(
      comparison: comparison, listing: try bench.listing(comparison, evaluations))
    outcome.addThumbnails(of: images.samples)
    return outcome
  }

  /// Evaluates all arms on more and more images until every verdict that counts is settled.
  ///
  /// - Parameters:
  ///   - dataset: in an order that says nothing of the images' difficulty (`shuffled`).
  ///   - prepare: decodes the images of one look.
  public func runSequentially(
    _ original: LoadedModel, _ arms: Jobs?, dataset: ImageDataset,
    prepare: (ImageDataset) throws -> ImageStore
  ) throws -> Outcome {
    precondition(maxDrop != nil, "a verdict can only be settled against a margin")
    let start = ContinuousClock.now
    let observations = try observe(original, arms)
    let made = try all(arms, observations, original).map { arm in
      try Interruption.check()
      return try arm()
    }
    let choices =
      made.compactMap(\.quantized?.rangeChoices).first { !$0.tensors.isEmpty } ?? RangeChoices()
    let activations = try activations(arms?.activationBased, observations, choices)
    var evaluation = SequentialEvaluation(
      original, made, hardware: hardware, jobs: jobs, isQuiet: isQuiet)
    while true {
      let next = dataset.slice(from: evaluation.seen, count: evaluation.nextLook)
      let store = try prepare(next)
      try evaluation.add(store, read: next.count)
      var images = evaluation.images
      images.available = dataset.count
      let evaluations = try evaluation.evaluations().ledByWorst(
        maxDrop: maxDrop, sampling: .sequential)
      var facts = facts(original, images, arms?.calibration, sampling: .sequential)
      if let classes = original.scores.classes {
        facts.warnings += evaluations[0].chanceWarnings(classes: classes)
      }
      let comparison = Comparison(
        facts: facts, evaluations: evaluations, activations: activations)
      let isSettled = comparison.judgedArms.allSatisfy { $0.verdict != .inconclusive }
      if isSettled || evaluation.seen >= dataset.count {
        let timed = try timed(evaluations, beside: original, on: store, since: start)
        let comparison = Comparison(facts: facts, evaluations: timed, activations: activations)
        var outcome = Outcome(
          comparison: comparison, listing: ClassListing(comparison, timed))
        outcome.addThumbnails(of: dataset.samples)
        return outcome
      }
    }
  }

  private func timed<Answers>(
    _ evaluations: [MeasuredArm<Answers>], beside original: LoadedModel, on images: ImageStore,
    since start: ContinuousClock.Instant
  ) throws -> [MeasuredArm<Answers>] {
    let elsewhere = given.map { ($0.model.sha256, $0.model.path) }
    return try speed.measured(
      evaluations, in: folder, elsewhere, beside: original, on: images, workers: jobs,
      elapsed: (ContinuousClock.now - start).seconds)
  }

  /// One pass over the calibration data serves every scheme and method.
  private func observe(
    _ original: LoadedModel, _ arms: Jobs?
  ) throws -> [String: TensorStatistics] {
    guard let arms else { return [:] }
    return try ObservationRun(jobs: jobs, isQuiet: isQuiet, cache: statistics)
      .observe(original, arms.activationBased, schemes, arms.calibration).statistics
  }

  /// What makes each arm: those of this program first, then the given ones.
  private func all(
    _ arms: Jobs?, _ observations: [String: TensorStatistics], _ original: LoadedModel
  ) -> [() throws -> MadeArm] {
    let own = arms.map { plans($0, observations) } ?? []
    return own.map { plan in { try make(plan, like: original) } }
      + given.map { arm in { MadeArm(arm, besides: original) } }
  }

  private func evaluate<Bench: ArmBench>(
    _ made: MadeArm, _ bench: inout Bench, _ layers: inout LayerNoiseRun
  ) throws -> Bench.Measured {
    var evaluation = try bench.evaluate(made)
    evaluation.layers = try layers.measure(
      made.model, madeFrom: made.float, on: bench.images)
    return evaluation
  }

  private func activations(
    _ job: QuantizationJob?, _ observations: [String: TensorStatistics],
    _ choices: RangeChoices
  ) throws -> [ActivationComparison] {
    guard let job else { return [] }
    return ActivationComparison.table(
      of: try job.targets(schemes).map(\.name), observations, methods: methods, choices: choices,
      grid: job.options.activations.grid)
  }

  private func facts(
    _ original: LoadedModel, _ images: ImageFacts, _ calibration: CalibrationData?,
    sampling: Sampling = .fixed
  ) -> ComparisonFacts {
    let calibrated = Set(calibration?.hashes ?? [])
    var dataset = ComparisonFacts.Dataset(
      count: images.count, available: images.available, classes: images.classNames.count,
      calibrationCount: calibration?.count ?? 0,
      overlap: images.hashes.count { calibrated.contains($0) },
      skipped: images.skipped + (calibration?.skipped.map(\.path) ?? []),
      classNames: images.classNames)
    dataset.classesWithImages = Set(images.labels).count
    var facts = ComparisonFacts(
      model: original.facts, dataset: dataset,
      preprocessing: images.settings,
      machine: .current(jobs: jobs), maxDrop: maxDrop, sampling: sampling, command: command,
      provenance: images.provenance(original, calibration))
    facts.warnings = warnings
    facts.minAgreement = minAgreement
    return facts
  }
}
