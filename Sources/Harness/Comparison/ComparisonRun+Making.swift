import CalibrantEngine
import Foundation
import CalibrantQuantization

extension ComparisonRun {
  /// The first phase: makes the arms' files, and finds out what is to be known of them whatever they answer.
  ///
  /// - Parameters:
  ///   - arms: nil makes none; there are given ones then.
  ///   - images: the whole data set, of which few are run.
  func make(
    _ original: LoadedModel, _ arms: ArmJobs?, images: any MeasuredSamples,
    _ measure: (any MeasuredTask)? = nil
  ) throws -> ComparisonPlan {
    let task = measure?.task ?? .classification
    let observations = try observe(original, arms)
    var facts = facts(original, ImageFacts(images), arms?.calibration)
    facts.task = task
    var maker = ArmMaker(run: self, original: original, images: images, task: task)
    maker.saved = isMadeApart ? SavedArms(in: folder, facts) : nil
    var planned = [ComparisonPlan.PlannedArm(original, task, measure?.notes ?? [])]
    let plans = arms.map { self.plans($0, observations) } ?? []
    try ProgressSteps.run("making arm", count: plans.count) { next in
      for plan in plans {
        next()
        planned.append(try maker.arm(plan))
      }
    }
    for arm in given { planned.append(try maker.arm(MadeArm(arm, besides: original))) }
    ArmFiles(in: folder).keepEqualOnesOnce(planned.map(\.arm))
    var plan = ComparisonPlan(
      facts: facts, arms: planned,
      activations: try activations(arms?.activationBased, observations.common, maker.choices),
      classes: original.scores.classes,
      outputs: task == .classification
        ? nil
        : try ComparedOutputs(
          of: original, OutputRun(images: images, jobs: jobs, isQuiet: isQuiet)))
    plan.unreadable = images.skipped.map(\.path)
    return plan
  }

  /// Makes some of the arms, and saves them for a plan.
  ///
  /// - Parameter patterns: of their files' names, without extension.
  /// - Returns: the names of those that were made, and how many arms there are.
  func make(
    _ patterns: [Glob], _ original: LoadedModel, _ arms: ArmJobs, images: any MeasuredSamples,
    _ measure: (any MeasuredTask)?
  ) throws -> (made: [String], count: Int) {
    let task = measure?.task ?? .classification
    let all = plans(arms, SchemeObservations()).map(\.name)
    for pattern in patterns where !all.contains(where: pattern.matches) {
      throw HarnessError.badOption(
        "--arms \(pattern) names none of \(all.joined(separator: ", "))")
    }
    let plans = plans(arms, try observe(original, arms)).filter { plan in
      patterns.contains { $0.matches(plan.name) }
    }
    var facts = facts(original, ImageFacts(images), arms.calibration)
    facts.task = task
    var maker = ArmMaker(run: self, original: original, images: images, task: task)
    maker.saved = SavedArms(in: folder, facts)
    for plan in plans { _ = try maker.arm(plan) }
    return (plans.map(\.name), all.count)
  }

  /// One pass over the calibration data serves every method, and every scheme that is made from the same float model.
  private func observe(_ original: LoadedModel, _ arms: ArmJobs?) throws -> SchemeObservations {
    guard let arms else { return SchemeObservations() }
    func seen(
      _ job: QuantizationJob, _ schemes: [SchemeName], _ path: String?
    ) throws -> [String: TensorStatistics] {
      try ObservationRun(jobs: jobs, isQuiet: isQuiet, cache: StatisticsCache(path: path))
        .observe(original, job, schemes, arms.calibration).statistics
    }
    return SchemeObservations(
      common: try seen(
        arms.activationBased, schemes.filter { arms.own[$0] == nil }, statistics),
      own: try arms.own.keys.sorted { $0.text < $1.text }.reduce(into: [:]) {
        $0[$1] = try seen(arms.job(for: $1), [$1], nil)
      })
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
    facts.provenance?.options = context.options
    facts.warnings = context.messages.warnings
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

/// Makes arms, and finds out what is to be known of them whatever they answer.
private struct ArmMaker {
  let run: ComparisonRun
  let original: LoadedModel
  let images: any MeasuredSamples
  let task: TaskKind
  /// Arms that need not be made again; nil keeps none.
  var saved: SavedArms?
  /// The first that an arm's activations were chosen by.
  private(set) var choices = RangeChoices()
  private var layers: LayerNoiseRun
  private var saturation: SaturationCache

  init(run: ComparisonRun, original: LoadedModel, images: any MeasuredSamples, task: TaskKind) {
    (self.run, self.original, self.images, self.task) = (run, original, images, task)
    layers = LayerNoiseRun(jobs: run.jobs)
    saturation = SaturationCache(images: images, jobs: run.jobs)
  }

  mutating func arm(_ plan: ArmPlan) throws -> ComparisonPlan.PlannedArm {
    try Interruption.check()
    if let known = saved?[plan.name] {
      if choices.tensors.isEmpty, let own = known.choices { choices = own }
      return known.arm
    }
    let made = try run.make(plan, like: original)
    let own = made.quantized?.rangeChoices
    if choices.tensors.isEmpty, let own { choices = own }
    let planned = try arm(made)
    try saved?.add(planned, own, as: plan.name)
    return planned
  }

  mutating func arm(_ made: MadeArm) throws -> ComparisonPlan.PlannedArm {
    try Interruption.check()
    var next = ComparisonPlan.PlannedArm(made, task, made.model.hardware(run.hardware))
    next.layers = try layers.measure(made.model, madeFrom: made.float, on: images)
    if next.hardware != [.exact] { next.saturation = try saturation.measured(of: made.model) }
    return next
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
