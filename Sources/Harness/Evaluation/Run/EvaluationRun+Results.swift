import CalibrantEngine
import CalibrantTasks

extension EvaluationRun {
  /// What a classifier's answers on all images are worth.
  func result(
    of part: RunPart<Ranking>, _ model: LoadedModel, _ images: any MeasuredSamples,
    seconds: EvaluationResult.Seconds?
  ) throws -> EvaluationReport {
    func records(_ one: RunPart<Ranking>.OnHardware) -> HardwareRecords {
      HardwareRecords(one.hardware, part.images.records(of: one.answers.records))
    }
    let measured = (part.arms.last ?? []).map(records)
    let own = measured.worst?.records ?? []
    var result = EvaluationResult(
      model: model.name, records: own, classNames: images.classNames,
      skippedImages: part.skipped, seconds: seconds, provenance: Provenance(model, images))
    result.provenance?.options = context.options
    result.nonFinite = part.arms.last?.first.flatMap { NonFiniteScores(of: $0.answers) }
    result.hardware = hardware == .exact ? nil : measured.results
    result.saturation = try saturation(of: model, on: images)
    if let classes = model.scores.classes {
      context.messages.warn(result.chanceWarnings(classes: classes))
    }
    return EvaluationReport(
      result, records: own, hardware: hardware == .exact ? [] : measured)
  }

  /// What the answers of a model of any task are worth.
  func result<Task: MeasuredTask>(
    of part: RunPart<Task.Record>, _ model: LoadedModel, _ images: any MeasuredSamples,
    measuring task: Task, seconds: EvaluationResult.Seconds?
  ) throws -> TaskEvaluation {
    let reader = try TaskReader(
      task, ComparedOutputs(alone: try model.program()), part, jobs: context.jobs,
      .init(images: images, isQuiet: context.isQuiet) { _ in model })
    let first = part.original
    let arm = Arm(name: model.name, kind: .original, bytes: model.bytes, sha256: model.sha256)
    var alone = MeasuredArm(
      arm: arm, answers: try reader.answers(first, isOriginal: true),
      imagesPerSecond: Double(first.records.count) / first.seconds,
      notes: model.notes(for: task.task) + task.notes)
    alone.saturation = try saturation(of: model, on: images)
    if hardware != .exact {
      alone.hardware = try (part.arms.last ?? []).map { one in
        let isSame = one.hardware == .exact || model.saturation.isEmpty
        return MeasuredOnHardware(
          one.hardware,
          isSame ? alone.answers : try reader.answers(one.answers, isOriginal: false))
      }
    }
    let worst = alone.worst(against: alone, reader.statistics, VerdictLimits())
    var evaluation = TaskEvaluation(
      model, alone.led(by: worst), reader.statistics, task, part, images, seconds: seconds)
    evaluation.provenance.options = context.options
    return evaluation
  }

  private func saturation(
    of model: LoadedModel, on images: any MeasuredSamples
  ) throws -> [LayerSaturation] {
    guard hardware != .exact else { return model.saturation }
    return try model.saturation.measured(on: images, model: model.model, jobs: context.jobs)
  }
}

extension PartImages {
  func records(of rankings: [Ranking]) -> [Record] {
    rankings.enumerated().map { index, ranking in
      Record(
        path: paths[index], contentHash: hashes[index], label: labels[index],
        top5: ranking.classes, margin: ranking.margin)
    }
  }
}

extension NonFiniteScores {
  /// nil where every image's scores can be ranked.
  init?(of part: AnswerPart<Ranking>) {
    guard let first = part.unranked else { return nil }
    self.init(
      count: part.records.count(where: \.isEmpty), total: part.records.count, first)
  }
}
