import Engine
import Foundation
import Quantization

extension ComparisonRun {
  /// The first phase: makes the arms' files, and finds out what is to be known of them whatever they answer.
  ///
  /// - Parameters:
  ///   - arms: nil makes none; there are given ones then.
  ///   - images: the whole data set, of which few are run.
  public func make(
    _ original: LoadedModel, _ arms: Jobs?, images: any MeasuredSamples,
    _ measure: (any MeasuredTask)? = nil
  ) throws -> ComparisonPlan {
    let task = measure?.task ?? .classification
    let observations = try observe(original, arms)
    var choices = RangeChoices()
    var planned = [ComparisonPlan.PlannedArm(original, task, measure?.notes ?? [])]
    var layers = LayerNoiseRun(jobs: jobs)
    var saturation = SaturationCache(images: images, jobs: jobs)
    for arm in all(arms, observations, original) {
      try Interruption.check()
      let made = try arm()
      if choices.tensors.isEmpty, let own = made.quantized?.rangeChoices { choices = own }
      var next = ComparisonPlan.PlannedArm(made, task, made.model.hardware(hardware))
      next.layers = try layers.measure(made.model, madeFrom: made.float, on: images)
      if next.hardware != [.exact] { next.saturation = try saturation.measured(of: made.model) }
      planned.append(next)
    }
    var facts = facts(original, ImageFacts(images), arms?.calibration)
    facts.task = task
    var plan = ComparisonPlan(
      facts: facts, arms: planned,
      activations: try activations(arms?.activationBased, observations, choices),
      classes: original.scores.classes,
      outputs: task == .classification
        ? nil
        : try ComparedOutputs(
          of: original, OutputRun(images: images, jobs: jobs, isQuiet: isQuiet)))
    plan.unreadable = images.skipped.map(\.path)
    return plan
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

  private func activations(
    _ job: QuantizationJob?, _ observations: [String: TensorStatistics],
    _ choices: RangeChoices
  ) throws -> [ActivationComparison] {
    guard let job else { return [] }
    return ActivationComparison.table(
      of: try job.targets(schemes).map(\.name), observations, methods: methods, choices: choices,
      grid: job.options.activations.grid)
  }

  func facts(
    _ original: LoadedModel, _ images: ImageFacts, _ calibration: CalibrationData?,
    sampling: Sampling = .fixed
  ) -> ComparisonFacts {
    let calibrated = Set(calibration?.hashes ?? [])
    var dataset = ComparisonFacts.Dataset(
      count: images.count, available: images.available, classes: images.classNames.count,
      calibrationCount: calibration?.count ?? 0,
      overlap: images.images.hashes.count { calibrated.contains($0) },
      skipped: images.skipped + (calibration?.skipped.map(\.path) ?? []),
      classNames: images.classNames)
    let labels = Set(images.images.labels)
    if !labels.contains(ImageSample.unlabelled) { dataset.classesWithImages = labels.count }
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

extension ComparisonPlan.PlannedArm {
  /// The original, which is float and the same everywhere.
  fileprivate init(_ original: LoadedModel, _ task: TaskKind, _ reading: [String]) {
    self.init(
      arm: Arm(name: "original", kind: .original, bytes: original.bytes, sha256: original.sha256),
      hardware: [.exact], notes: original.notes(for: task) + reading, saturation: [])
  }

  fileprivate init(_ made: MadeArm, _ task: TaskKind, _ hardware: [Hardware]) {
    self.init(
      arm: made.arm, hardware: hardware, notes: made.notes(for: task),
      saturation: made.model.saturation)
    quantizeSeconds = made.quantizeSeconds
    bitsPerWeight = made.quantized?.bitsPerWeight
    if arm.kind == .activationBased {
      tensorsWithoutObservations = made.quantized?.tensorsWithoutObservations.count ?? 0
    }
  }
}

/// Clamped sums by the content of the file: equal files are run once.
private struct SaturationCache {
  let images: any MeasuredSamples
  let jobs: Int
  private var known: [String: [LayerSaturation]] = [:]

  init(images: any MeasuredSamples, jobs: Int) { (self.images, self.jobs) = (images, jobs) }

  /// What can be clamped in a model, with what is on some of the images.
  mutating func measured(of model: LoadedModel) throws -> [LayerSaturation] {
    if let known = known[model.sha256] { return known }
    let measured = try model.saturation.measured(on: images, model: model.model, jobs: jobs)
    known[model.sha256] = measured
    return measured
  }
}
