import Foundation
import Quantization

/// The main job: original against weight-based against activation-based, on the same images.
public struct ComparisonRun {
  public var schemes: [SchemeName]
  public var methods: [any CalibrationMethod]
  public var maxDrop: Double?
  /// Whether each step of the activation-based recipe gets an arm without it.
  public var isAblation = false
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
    public let evaluations: [ArmEvaluation]
    /// Small pictures of the images most worth looking at, by path, as data URIs.
    public internal(set) var thumbnails: [String: String] = [:]
  }

  /// How arms are made.
  public struct Jobs: Sendable {
    /// Without data.
    public var weightBased: QuantizationJob
    /// With data, which may have spoken against equalization.
    public var activationBased: QuantizationJob

    public init(weightBased: QuantizationJob, activationBased: QuantizationJob) {
      self.weightBased = weightBased
      self.activationBased = activationBased
    }
  }

  public func run(
    _ original: LoadedModel, _ arms: Jobs, images: ImageStore, calibration: CalibrationData
  ) throws -> Outcome {
    let start = ContinuousClock.now
    let observations = try observe(original, arms, calibration)
    var bench = ArmBench(images: images, jobs: jobs, isQuiet: isQuiet)
    bench.hardware = hardware
    var layers = LayerNoiseRun(jobs: jobs)
    var evaluations = [try bench.evaluateOriginal(original)]
    var choices = RangeChoices()
    for plan in plans(arms, observations, calibration) {
      try Interruption.check()
      let made = try make(plan, like: original)
      if choices.tensors.isEmpty { choices = made.quantized.rangeChoices }
      evaluations.append(try evaluate(made, &bench, &layers))
    }
    evaluations = evaluations.ledByWorst(maxDrop: maxDrop, sampling: .fixed)
    evaluations = try timed(evaluations, beside: original, on: images, since: start)
    let facts = facts(original, ImageFacts(images), calibration, evaluations)
    let comparison = Comparison(
      facts: facts, evaluations: evaluations,
      activations: try activations(arms.activationBased, observations, choices))
    var outcome = Outcome(comparison: comparison, evaluations: evaluations)
    outcome.addThumbnails(of: images.samples)
    return outcome
  }

  /// Evaluates all arms on more and more images until every verdict that counts is settled.
  ///
  /// - Parameters:
  ///   - dataset: in an order that says nothing of the images' difficulty (`shuffled`).
  ///   - prepare: decodes the images of one look.
  public func runSequentially(
    _ original: LoadedModel, _ arms: Jobs, dataset: ImageDataset, calibration: CalibrationData,
    prepare: (ImageDataset) throws -> ImageStore
  ) throws -> Outcome {
    precondition(maxDrop != nil, "a verdict can only be settled against a margin")
    let start = ContinuousClock.now
    let observations = try observe(original, arms, calibration)
    let made = try plans(arms, observations, calibration).map { plan in
      try Interruption.check()
      return try make(plan, like: original)
    }
    let choices = made.map(\.quantized.rangeChoices).first { !$0.tensors.isEmpty } ?? RangeChoices()
    let activations = try activations(arms.activationBased, observations, choices)
    var evaluation = SequentialEvaluation(
      original, made, hardware: hardware, jobs: jobs, isQuiet: isQuiet)
    while true {
      let next = dataset.slice(from: evaluation.seen, count: evaluation.nextLook)
      let store = try prepare(next)
      try evaluation.add(store, read: next.count)
      var images = evaluation.images
      images.available = dataset.count
      let evaluations = evaluation.evaluations.ledByWorst(
        maxDrop: maxDrop, sampling: .sequential)
      let facts = facts(original, images, calibration, evaluations, sampling: .sequential)
      let comparison = Comparison(
        facts: facts, evaluations: evaluations, activations: activations)
      let isSettled = comparison.judgedArms.allSatisfy { $0.verdict != .inconclusive }
      if isSettled || evaluation.seen >= dataset.count {
        let timed = try timed(evaluations, beside: original, on: store, since: start)
        var outcome = Outcome(
          comparison: Comparison(facts: facts, evaluations: timed, activations: activations),
          evaluations: timed)
        outcome.addThumbnails(of: dataset.samples)
        return outcome
      }
    }
  }

  private func timed(
    _ evaluations: [ArmEvaluation], beside original: LoadedModel, on images: ImageStore,
    since start: ContinuousClock.Instant
  ) throws -> [ArmEvaluation] {
    try speed.measured(
      evaluations, in: folder, beside: original, on: images, workers: jobs,
      elapsed: (ContinuousClock.now - start).seconds)
  }

  /// One pass over the calibration data serves every scheme and method.
  private func observe(
    _ original: LoadedModel, _ arms: Jobs, _ calibration: CalibrationData
  ) throws -> [String: TensorStatistics] {
    try ObservationRun(jobs: jobs, isQuiet: isQuiet, cache: statistics)
      .observe(original, arms.activationBased, schemes, calibration).statistics
  }

  private func evaluate(
    _ made: MadeArm, _ bench: inout ArmBench, _ layers: inout LayerNoiseRun
  ) throws -> ArmEvaluation {
    var evaluation = try bench.evaluate(
      made.model, made.arm, made.quantized, quantizeSeconds: made.quantizeSeconds)
    evaluation.layers = try layers.measure(
      made.model, madeFrom: made.float, on: bench.images)
    return evaluation
  }

  private func activations(
    _ job: QuantizationJob, _ observations: [String: TensorStatistics],
    _ choices: RangeChoices
  ) throws -> [ActivationComparison] {
    ActivationComparison.table(
      of: try job.targets(schemes).map(\.name), observations, methods: methods, choices: choices,
      grid: job.options.activations.grid)
  }

  private func facts(
    _ original: LoadedModel, _ images: ImageFacts, _ calibration: CalibrationData,
    _ evaluations: [ArmEvaluation], sampling: Sampling = .fixed
  ) -> ComparisonFacts {
    let calibrated = Set(calibration.hashes)
    var dataset = ComparisonFacts.Dataset(
      count: images.count, available: images.available, classes: images.classNames.count,
      calibrationCount: calibration.count,
      overlap: images.hashes.count { calibrated.contains($0) },
      skipped: images.skipped + calibration.skipped.map(\.path), classNames: images.classNames)
    dataset.classesWithImages = Set(images.labels).count
    var facts = ComparisonFacts(
      model: original.facts, dataset: dataset,
      preprocessing: images.settings,
      machine: .current(jobs: jobs), maxDrop: maxDrop, sampling: sampling, command: command,
      provenance: images.provenance(original, calibration))
    facts.warnings = warnings
    if let first = evaluations.first, let classes = original.scores.classes {
      facts.warnings += first.chanceWarnings(classes: classes)
    }
    return facts
  }
}
