import CalibrantEngine
import Foundation
import CalibrantImaging

extension EvaluationRun {
  /// Scores a shard of the images, and writes the part and the plan of all.
  ///
  /// - Parameters:
  ///   - scheduler: how the shard's index was found out; nil where it was given.
  ///   - arguments: what was typed, which joining follows.
  /// - Returns: whether the part was there already.
  public func score(
    _ shard: Shard, scheduler: String?, _ model: LoadedModel, _ preprocessing: Preprocessing,
    into folder: String, arguments: [String]
  ) throws -> Bool {
    let read = try data.read(for: model, preprocessing, context)
    let plan = EvaluationPlan(self, model, read, preprocessing, arguments)
    let parts = PartFolder(folder, plan.parts)
    if try parts.holds(shard) { return true }
    try plan.write(to: folder)
    let own = ShardImages(shard, of: read.dataset, for: try model.input, scheduler: scheduler)
    let images =
      own.indices.isEmpty
      ? nil : try data.images(own.dataset, for: model, preprocessing, context)
    let probe = try images ?? data.images(read.dataset, for: model, preprocessing, context)
    if let measure = try measure(read, of: model, on: probe) {
      try write(own, plan, model, images, into: parts, measuring: measure)
    } else {
      try parts.write(
        images.map { try score(model, on: $0, at: own.indices) } ?? RunPart(empty: plan.parts),
        of: shard, scheduler: scheduler)
    }
    context.messages.tellHeldBack()
    return false
  }

  private func write<Task: MeasuredTask>(
    _ own: ShardImages, _ plan: EvaluationPlan, _ model: LoadedModel, _ images: ImageStore?,
    into parts: PartFolder, measuring task: Task
  ) throws {
    let part = try images.map {
      try score(model, on: $0, at: own.indices, measuring: task)
    }
    try parts.write(
      part ?? RunPart<Task.Record>(empty: plan.parts), of: own.shard, scheduler: own.scheduler)
  }

  /// What all parts in a folder say together; the images are read once more, as labels are needed and what can be clamped is
  /// counted on some.
  public func join(
    _ folder: String, _ model: LoadedModel, _ preprocessing: Preprocessing
  ) throws -> EvaluationOutcome {
    let read = try data.read(for: model, preprocessing, context)
    let plan = EvaluationPlan(self, model, read, preprocessing, [])
    let parts = PartFolder(folder, plan.parts)
    let images = try data.images(read.dataset, for: model, preprocessing, context)
    var outcome: EvaluationOutcome
    if let measure = try measure(read, of: model, on: images) {
      outcome = try joined(parts, model, images, measuring: measure)
    } else {
      let (part, kernels) = try parts.whole(Ranking.self)
      try parts.requireClasses(model.scores.classes, of: part)
      try parts.require(images, of: part.images)
      let seconds = EvaluationResult.Seconds(ofParts: part.runSeconds)
      var evaluation = try result(of: part, model, images, seconds: seconds)
      evaluation.result.provenance?.kernels = kernels.joined(separator: "; ")
      outcome = .classes(evaluation)
    }
    outcome.add(context.messages)
    return outcome
  }

  private func joined<Task: MeasuredTask>(
    _ parts: PartFolder, _ model: LoadedModel, _ images: any MeasuredSamples,
    measuring task: Task
  ) throws -> EvaluationOutcome {
    let (part, kernels) = try parts.whole(Task.Record.self)
    let compared = ComparedOutputs(alone: try model.program())
    guard TaskReader.isPossible(part, task, compared) else {
      throw HarnessError.badResult(
        path: parts.path, reason: "its parts hold no records of the task")
    }
    try parts.require(images, of: part.images)
    var evaluation = try result(
      of: part, model, images, measuring: task,
      seconds: EvaluationResult.Seconds(ofParts: part.runSeconds))
    evaluation.provenance.kernels = kernels.joined(separator: "; ")
    return .task(evaluation)
  }
}

extension EvaluationResult.Seconds {
  /// Parts say how long their runs took, and no more.
  init(ofParts running: Double) { self.init(decode: 0, inference: running, total: running) }
}

extension PartFolder {
  /// That parts are of the images at hand.
  func require(_ images: any MeasuredSamples, of own: PartImages) throws(HarnessError) {
    guard PartImages(images, at: 0..<images.count).digest == own.digest else {
      throw .badResult(
        path: path, reason: "its parts are of other images or labels than there are now")
    }
  }
}
