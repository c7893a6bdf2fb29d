import Foundation

/// The images of one shard.
public struct ShardImages {
  public let shard: Shard
  /// Their positions in the data set, unreadable images not counted.
  public let indices: [Int]
  public let dataset: ImageDataset
  /// How the shard's index was found out; nil where it was given.
  public let scheduler: String?

  /// - Parameters:
  ///   - dataset: all images.
  ///   - unreadable: those that are left out, by relative path.
  ///   - input: what the model reads.
  init(
    _ shard: Shard, of dataset: ImageDataset, without unreadable: [String] = [],
    for input: ImageInput, scheduler: String?
  ) {
    let unreadable = Set(unreadable)
    let readable = dataset.samples.filter { !unreadable.contains($0.path) }
    self.shard = shard
    self.scheduler = scheduler
    indices = shard.indices(of: readable.count, block: Shard.block(for: input))
    self.dataset = dataset.with(indices.map { readable[$0] })
  }

  /// - Parameter dataset: all images, as the plan was made with them.
  /// - Throws: `HarnessError.badResult` where there are more or fewer images than the plan says.
  init(
    _ shard: Shard, of dataset: ImageDataset, _ plan: ComparisonPlan, for input: ImageInput,
    scheduler: String?
  ) throws(HarnessError) {
    let count = dataset.count - Set(plan.unreadable).intersection(dataset.samples.map(\.path)).count
    guard count == plan.facts.dataset.count else {
      throw .badResult(
        path: dataset.name,
        reason:
          "it holds \(ReportText.count(count, "image")), and the plan is of \(ReportText.count(plan.facts.dataset.count))"
      )
    }
    self.init(
      shard, of: dataset, without: plan.unreadable, for: input, scheduler: scheduler)
  }
}

extension ComparisonRun {
  /// Scores a shard's images by all arms of a plan, and writes the part.
  ///
  /// - Parameter images: nil where the shard has none.
  func score(
    _ own: ShardImages, _ plan: ComparisonPlan, _ original: LoadedModel,
    _ images: (any MeasuredSamples)?,
    into folder: PartFolder
  ) throws {
    try write(own, plan, images, into: folder) { images, journal in
      try score(
        plan, original, images: images, at: own.indices, isShard: true, journal: journal)
    }
  }

  /// The same of any task.
  func score<Task: MeasuredTask>(
    _ own: ShardImages, _ plan: ComparisonPlan, _ original: LoadedModel,
    _ images: (any MeasuredSamples)?,
    into folder: PartFolder, measuring task: Task
  ) throws {
    try write(own, plan, images, into: folder) { images, journal in
      try score(
        plan, original, images: images, at: own.indices, measuring: task, journal: journal)
    }
  }

  private func write<Record: PartRecord>(
    _ own: ShardImages, _ plan: ComparisonPlan, _ images: (any MeasuredSamples)?,
    into folder: PartFolder,
    score: (any MeasuredSamples, PartJournal<Record>) throws -> RunPart<Record>
  ) throws {
    guard let images else {
      return try folder.write(
        RunPart<Record>(empty: plan.parts), of: own.shard, scheduler: own.scheduler)
    }
    let journal = PartJournal<Record>(
      beside: folder.place(of: own.shard), PartHeader(key: plan.key, shard: own.shard),
      PartImages(images, at: own.indices))
    do {
      try folder.write(try score(images, journal), of: own.shard, scheduler: own.scheduler)
    } catch var error as Interrupted {
      guard journal.count > 0 else { throw error }
      error.kept = ("what \(ReportText.count(journal.count, "model")) answered", journal.path)
      throw error
    }
    journal.remove()
  }

  /// The report of a whole plan from its parts, of classification.
  ///
  /// - Parameter samples: the images, for pictures of some; nil where they are not at hand.
  func join(
    _ planned: ComparisonPlan, _ parts: PartFolder, _ samples: [ImageSample]?
  ) throws -> Outcome {
    let (part, kernels) = try parts.whole(Ranking.self)
    let plan = planned.computed(by: kernels, maxDrop: maxDrop, minAgreement: minAgreement)
    try parts.requireClasses(plan.classes, of: part)
    let reader = ClassificationReader(plan, part.images)
    let (comparison, arms) = try joined(plan, part, reader)
    var outcome = Outcome(
      comparison: comparison, listing: reader.listing(comparison, arms, part))
    outcome.addThumbnails(of: samples ?? [])
    return outcome
  }

  /// Of any task.
  ///
  /// - Parameter images: all of the plan's.
  func join<Task: MeasuredTask>(
    _ planned: ComparisonPlan, _ parts: PartFolder, _ original: LoadedModel,
    _ images: any MeasuredSamples,
    measuring task: Task
  ) throws -> Outcome {
    let (part, kernels) = try parts.whole(Task.Record.self)
    let plan = planned.computed(by: kernels, maxDrop: maxDrop, minAgreement: minAgreement)
    guard let compared = plan.outputs, TaskReader.isPossible(part, task, compared) else {
      throw HarnessError.badResult(
        path: parts.path, reason: "its parts hold no records of the task")
    }
    let reader = try reader(plan, part, original, images, task)
    let (comparison, arms) = try joined(plan, part, reader)
    var outcome = Outcome(
      comparison: comparison, listing: try reader.listing(comparison, arms, part))
    outcome.addThumbnails(of: images.samples)
    return outcome
  }
}

extension ComparisonPlan {
  /// With the limits that the join asks for, and what the parts were computed by.
  fileprivate func computed(
    by kernels: [String], maxDrop: Double?, minAgreement: Double?
  ) -> ComparisonPlan {
    var copy = self
    copy.facts.maxDrop = maxDrop
    copy.facts.minAgreement = minAgreement
    copy.facts.provenance?.kernels = kernels.joined(separator: "; ")
    return copy
  }
}

extension PartFolder {
  /// That rankings are of classes that there are.
  func requireClasses(_ classes: Int?, of part: RunPart<Ranking>) throws(HarnessError) {
    let classes = classes ?? .max
    let isPossible = part.arms.joined().allSatisfy { one in
      one.answers.records.allSatisfy { $0.classes.allSatisfy { $0 < classes } }
        && one.answers.distances.count <= 1
    }
    guard isPossible else {
      throw .badResult(path: path, reason: "its parts rank classes that the model does not score")
    }
  }
}
