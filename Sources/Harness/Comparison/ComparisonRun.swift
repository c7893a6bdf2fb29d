import Engine
import Foundation
import ONNXFormat
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
      try evaluation.add(prepare(next), read: next.count)
      var images = evaluation.images
      images.available = dataset.count
      let evaluations = evaluation.evaluations.ledByWorst(
        maxDrop: maxDrop, sampling: .sequential)
      let facts = facts(original, images, calibration, evaluations, sampling: .sequential)
      let comparison = Comparison(
        facts: facts, evaluations: evaluations, activations: activations)
      let isSettled = comparison.judgedArms.allSatisfy { $0.verdict != .inconclusive }
      if isSettled || evaluation.seen >= dataset.count {
        var outcome = Outcome(comparison: comparison, evaluations: evaluations)
        outcome.addThumbnails(of: dataset.samples)
        return outcome
      }
    }
  }

  /// One pass over the calibration data serves every scheme and method.
  private func observe(
    _ original: LoadedModel, _ arms: Jobs, _ calibration: CalibrationData
  ) throws -> [String: TensorStatistics] {
    try ObservationRun(jobs: jobs, isQuiet: isQuiet, cache: statistics)
      .observe(original, arms.activationBased, schemes, calibration).statistics
  }

  /// An arm that is still to be made.
  private struct Plan {
    let job: QuantizationJob
    let kind: Arm.Kind
    let scheme: SchemeName
    let method: String
    let make: () throws -> QuantizedModel
  }

  private func plans(
    _ arms: Jobs, _ observations: [String: TensorStatistics], _ calibration: CalibrationData
  ) -> [Plan] {
    let walk = CalibrationWalk(jobs: jobs, isQuiet: isQuiet, journal: journal)
    let (blind, job) = (arms.weightBased, arms.activationBased)
    return schemes.flatMap { scheme in
      var plans = [
        Plan(job: blind, kind: .weightBased, scheme: scheme, method: "plain") {
          try blind.weightBased(scheme, isCorrected: false, walk)
        }
      ]
      if blind.options.correctsBiases {
        plans.append(
          Plan(job: blind, kind: .weightBased, scheme: scheme, method: "corrected") {
            try blind.weightBased(scheme, isCorrected: true, walk)
          })
      }
      let shared = SharedResult()
      plans += methods.map { method in
        Plan(job: job, kind: .activationBased, scheme: scheme, method: method.name) {
          // Without activations to scale, all methods give the same file.
          try shared.value(isShared: scheme.activationBits == nil) {
            let (quantized, lost) = try job.checkedActivationBased(
              scheme, observations, method: method, on: calibration, walk)
            return quantized.warned(lost)
          }
        }
      }
      return plans + ablations(job, scheme, observations, calibration, walk)
    }
  }

  /// The first method's recipe without each of its steps.
  private func ablations(
    _ job: QuantizationJob, _ scheme: SchemeName, _ observations: [String: TensorStatistics],
    _ calibration: CalibrationData, _ walk: CalibrationWalk
  ) -> [Plan] {
    guard isAblation, let method = methods.first else { return [] }
    return AblationStep.allCases.filter { $0.matters(scheme, job.options) }.map { step in
      Plan(
        job: job, kind: .activationBased, scheme: scheme,
        method: "\(method.name)\(Arm.ablationMark)\(step.rawValue)"
      ) {
        try job.without(step).activationBased(
          scheme, observations, method: method, on: calibration, walk)
      }
    }
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

  private func make(_ plan: Plan, like original: LoadedModel) throws -> MadeArm {
    let start = ContinuousClock.now
    let quantized = try plan.make()
    let name = "\(plan.scheme.text)-\(plan.kind.rawValue)-\(plan.method)"
      .replacing(" ", with: "-")
    let file = "models/\(name).onnx"
    let path = folder.appending(path: file).path
    try quantized.model.write(to: path)
    let seconds = (ContinuousClock.now - start).seconds
    let loaded = try LoadedModel(
      path, output: original.scores.name, arithmetic: original.arithmetic)
    let arm = Arm(
      name: "\(plan.scheme.text) \(plan.kind.rawValue) \(plan.method)", kind: plan.kind,
      scheme: plan.scheme.text, method: plan.method,
      granularity: plan.job.options.granularity.rawValue,
      file: file, bytes: loaded.bytes, sha256: loaded.sha256)
    return MadeArm(
      arm: arm, model: loaded, float: plan.job.model, quantized: quantized, quantizeSeconds: seconds
    )
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

/// A quantized file that is written and loaded, to be measured.
struct MadeArm {
  let arm: Arm
  let model: LoadedModel
  /// What it was made from: the original, or the same function with equalized channels.
  let float: Model
  let quantized: QuantizedModel
  let quantizeSeconds: Double
}

/// What a report says about the images of a run.
struct ImageFacts {
  var hashes: [String]
  var labels: [Int]
  var available: Int
  var skipped: [String]
  var classNames: [String]
  var settings: [ComparisonFacts.Setting]

  var count: Int { hashes.count }

  init(_ store: ImageStore) {
    hashes = store.hashes
    labels = store.samples.map(\.label)
    available = store.count
    skipped = store.skipped.map(\.path)
    classNames = store.classNames
    settings = store.preprocessing.settings
  }

  func provenance(_ model: LoadedModel, _ calibration: CalibrationData) -> Provenance {
    Provenance(
      modelSHA256: model.sha256, output: model.scores.name, preprocessing: settings,
      classNames: classNames, dataDigest: DigestSum(labelled: hashes, labels).text,
      calibrationDigest: calibration.digest)
  }
}

/// A quantized model that several arms share.
private final class SharedResult {
  private var known: QuantizedModel?

  func value(isShared: Bool, make: () throws -> QuantizedModel) rethrows -> QuantizedModel {
    if isShared, let known { return known }
    let made = try make()
    known = made
    return made
  }
}

/// Evaluates one arm after another on the same pixels.
private struct ArmBench {
  let images: ImageStore
  let jobs: Int
  let isQuiet: Bool
  var hardware: HardwareChoice?
  private var original: Scores?
  private var cache = ScoreCache()

  init(images: ImageStore, jobs: Int, isQuiet: Bool) {
    self.images = images
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  mutating func evaluateOriginal(_ model: LoadedModel) throws -> ArmEvaluation {
    let scores = try scores(of: model, .exact, title: "original")
    original = scores
    let arm = Arm(
      name: "original", kind: .original, bytes: model.bytes, sha256: model.sha256)
    let rankings = scores.rankings(limit: 5)
    return ArmEvaluation(
      arm: arm, records: try rankings.records(of: images),
      imagesPerSecond: Double(scores.count) / scores.seconds,
      notes: try model.notes + model.nonFiniteNotes(rankings, on: images, isOriginal: true))
  }

  mutating func evaluate(
    _ model: LoadedModel, _ arm: Arm, _ quantized: QuantizedModel, quantizeSeconds: Double
  ) throws -> ArmEvaluation {
    let asked = model.hardware(hardware)
    var measured: [HardwareRecords] = []
    var notes = quantized.notes
    for one in asked {
      let scores = try scores(of: model, one, title: arm.name)
      let distance = original.map { ScoreDistance(original: $0, other: scores) }
      let rankings = scores.rankings(limit: 5)
      if measured.isEmpty { notes += try model.nonFiniteNotes(rankings, on: images) }
      measured.append(
        HardwareRecords(
          one, try rankings.records(of: images), logitSQNR: distance?.sqnr,
          logitKL: distance?.divergence))
    }
    let speed = try scores(of: model, asked[0], title: arm.name)
    var evaluation = ArmEvaluation(
      arm: arm, records: [], quantizeSeconds: quantizeSeconds,
      imagesPerSecond: Double(speed.count) / speed.seconds,
      bitsPerWeight: quantized.bitsPerWeight,
      tensorsWithoutObservations: arm.kind == .activationBased
        ? quantized.tensorsWithoutObservations.count : 0,
      notes: notes
    )
    .led(by: measured[0])
    evaluation.hardware = asked == [.exact] ? [] : measured
    evaluation.saturation =
      asked == [.exact]
      ? model.saturation : try cache.saturation(of: model, on: images, jobs: jobs)
    return evaluation
  }

  private mutating func scores(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> Scores {
    let (images, jobs, isQuiet) = (images, jobs, isQuiet)
    return try cache.scores(of: model, hardware) { program in
      let name = hardware == .exact ? title : "\(title), \(hardware.rawValue)"
      return try Evaluator(jobs: jobs, isQuiet: isQuiet, output: model.scores).scores(
        of: program, on: images, title: name)
    }
  }
}

extension QuantizedModel {
  /// Mean bits per weight over all layers with weights, those left in float counted with 32.
  public var bitsPerWeight: Double? {
    let count = layers.reduce(0) { $0 + $1.elementCount }
    guard count > 0 else { return nil }
    return Double(layers.reduce(0) { $0 + $1.elementCount * ($1.bits ?? 32) }) / Double(count)
  }

  /// What a reader of a report should know, one sentence each.
  public var notes: [String] {
    var notes = warnings + (approachNote.map { [$0] } ?? [])
    let kept = layers.filter { $0.bits == nil }.map(\.name)
    if !kept.isEmpty {
      notes.append("kept in float: \(kept.joined(separator: ", "))")
    }
    if !unquantizedLayers.isEmpty {
      let reasons = unquantizedLayers.map { "\($0.name) (\($0.reason))" }
      notes.append("in float: \(reasons.joined(separator: ", "))")
    }
    let safe = layers.filter(\.isSaturationSafe).map(\.name)
    if !safe.isEmpty {
      notes.append("weights chosen so that no CPU clamps a sum: \(safe.joined(separator: ", "))")
    }
    if !tensorsLeftFloat.isEmpty {
      notes.append("activations left in float: \(tensorsLeftFloat.joined(separator: ", "))")
    }
    return notes
  }
}
