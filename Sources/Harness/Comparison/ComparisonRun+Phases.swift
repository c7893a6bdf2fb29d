import Foundation
import CalibrantImaging
import CalibrantQuantization

/// A comparison from what was asked for, on one machine or in phases that each start from the files of the one before.
extension ComparisonRun {
  /// All phases.
  ///
  /// - Parameter writesReport: whether all formats are written to the folder.
  public func run(
    _ original: LoadedModel, _ preprocessing: Preprocessing, writesReport: Bool
  ) throws -> Outcome {
    let subject = try subject(original, preprocessing)
    var run = try given(subject)
    let arms = try arms(subject)
    run.journal = try openJournal(original)
    var outcome = try run.outcome(subject, arms)
    if !isTimed { outcome = outcome.withoutTiming }
    context.messages.warn(outcome.comparison.facts.warnings)
    context.messages.tellHeldBack()
    if isTimed, speed == .auto, !outcome.comparison.arms.contains(where: { $0.speed != nil }) {
      context.messages.tell("note: too short to time the files beside it; --speed on does")
    }
    if writesReport { try ReportFolder.write(outcome, to: folder) }
    run.journal?.remove()
    return outcome
  }

  /// Makes the arms' files and the plan, and writes both to the folder.
  ///
  /// - Parameter arguments: what was typed, which the other phases follow.
  public func makeOnly(
    _ original: LoadedModel, _ preprocessing: Preprocessing, arguments: [String]
  ) throws -> ComparisonPlan {
    let subject = try subject(original, preprocessing)
    var run = try given(subject)
    let arms = try arms(subject)
    run.journal = try openJournal(original)
    run.isMadeApart = true
    let images = try data.images(subject.data.dataset, for: original, preprocessing, context)
    var plan = try run.make(original, arms, images: images, measure(subject, on: images))
    plan.arguments = arguments
    try plan.write(to: folder)
    SavedArms(in: folder, plan.facts).remove(plan.arms.compactMap(\.arm.file))
    run.journal?.remove()
    context.messages.tellHeldBack()
    return plan
  }

  /// Makes some of the arms' files, which `makeOnly` in the same folder takes up.
  ///
  /// - Parameter patterns: of the files' names, without extension.
  /// - Returns: "2 of 9 arms: …"
  public func makeArms(
    _ patterns: [Glob], _ original: LoadedModel, _ preprocessing: Preprocessing
  ) throws -> String {
    let subject = try subject(original, preprocessing)
    guard let arms = try arms(subject) else {
      throw HarnessError.badOption("--arms are those of --calibration, which is missing")
    }
    let images = try data.images(subject.data.dataset, for: original, preprocessing, context)
    let (made, count) = try make(
      patterns, original, arms, images: images, measure(subject, on: images))
    context.messages.tellHeldBack()
    return
      "\(made.count) of \(ReportText.count(count, "arm")): \(made.joined(separator: ", "))"
  }

  /// Scores a shard of the images by a plan whose files are in the folder.
  ///
  /// - Parameter scheduler: how the shard's index was found out; nil where it was given.
  public func score(
    _ shard: Shard, scheduler: String?, _ plan: ComparisonPlan, _ original: LoadedModel,
    _ preprocessing: Preprocessing, into parts: PartFolder
  ) throws {
    let subject = try subject(original, preprocessing)
    let run = try given(subject)
    let own = try ShardImages(
      shard, of: subject.data.dataset, plan, for: original.input, scheduler: scheduler)
    guard !own.indices.isEmpty else {
      return try run.score(own, plan, original, nil, into: parts)
    }
    let images = try self.images(own.dataset, subject)
    if let measure = try measure(subject, on: images) {
      try run.score(own, plan, original, images, into: parts, measuring: measure)
    } else {
      try run.score(own, plan, original, images, into: parts)
    }
  }

  /// Joins all parts to the report that one machine would have written.
  ///
  /// - Parameters:
  ///   - original: loads what was measured, which other tasks than classification need.
  ///   - preprocessing: of the model's images.
  public func join(
    _ plan: ComparisonPlan, _ parts: PartFolder, _ original: () throws -> LoadedModel,
    _ preprocessing: (LoadedModel) throws -> Preprocessing
  ) throws -> Outcome {
    let outcome: Outcome
    if plan.facts.task == .classification {
      outcome = try join(plan, parts, samples)
    } else {
      let original = try original()
      outcome = try join(plan, parts, subject(original, preprocessing(original)))
    }
    return isTimed ? outcome : outcome.withoutTiming
  }

  private func join(
    _ plan: ComparisonPlan, _ parts: PartFolder, _ subject: Subject
  ) throws -> Outcome {
    let images = try images(subject.data.dataset, subject)
    guard let measure = try measure(subject, on: images) else {
      preconditionFailure("the plan is of another task than classification")
    }
    return try given(subject).join(plan, parts, subject.model, images, measuring: measure)
  }

  /// Of the images, where they are at hand: pictures are the only thing that classification needs them for.
  private var samples: [ImageSample]? {
    guard case .images(let path) = data.samples else { return nil }
    return try? ImageDataset.loadUnlabelled(from: path).samples
  }

  /// What all phases start from.
  private struct Subject {
    let model: LoadedModel
    let preprocessing: Preprocessing
    let data: TaskData
  }

  private func subject(
    _ model: LoadedModel, _ preprocessing: Preprocessing
  ) throws -> Subject {
    Subject(
      model: model, preprocessing: preprocessing,
      data: try data.read(for: model, preprocessing, context))
  }

  private func given(_ subject: Subject) throws -> ComparisonRun {
    var run = self
    run.given = try also.map { try GivenArm(name: $0.name, path: $0.path, like: subject.model) }
    return run
  }

  private func openJournal(_ original: LoadedModel) throws -> WalkJournal? {
    try statistics.map {
      try WalkJournal.open(beside: $0, modelSHA256: original.sha256, context.messages)
    }
  }

  /// nil without data to calibrate with.
  private func arms(_ subject: Subject) throws -> ArmJobs? {
    guard let calibration else { return nil }
    let (model, preprocessing) = (subject.model, subject.preprocessing)
    context.messages.warn(options.target?.warnings(of: schemes) ?? [])
    let job = try QuantizationJob(model.model, preprocessing, options)
    try job.check(schemes)
    let samples = try calibration.read(for: model, preprocessing, methods, context)
    context.messages.warn(try CalibrationFit.warnings(of: job, schemes, on: samples, jobs: jobs))
    return try ArmJobs(
      job, of: model.model, preprocessing, schemes, on: samples,
      EqualizationTrial(jobs: jobs, output: model.scores))
  }

  private func outcome(_ subject: Subject, _ arms: ArmJobs?) throws -> Outcome {
    let (model, data) = (subject.model, subject.data)
    guard isSequential, data.task == .classification else {
      let images = try self.data.store(
        data, for: model, subject.preprocessing, context, isReadOften: true)
      if let measure = try measure(subject, on: images) {
        return try run(model, arms, images: images, measuring: measure)
      }
      return try run(model, arms, images: images)
    }
    let shuffled = data.dataset.shuffled(seed: context.seed)
    return try runSequentially(model, arms, dataset: shuffled) { try images($0, subject) }
  }

  private func images(_ dataset: ImageDataset, _ subject: Subject) throws -> ImageStore {
    try data.images(
      dataset, for: subject.model, subject.preprocessing, context, isReadOften: true)
  }

  private func measure(
    _ subject: Subject, on images: any MeasuredSamples
  ) throws -> (any MeasuredTask)? {
    try data.measure(subject.data, of: subject.model, on: images)
  }
}
