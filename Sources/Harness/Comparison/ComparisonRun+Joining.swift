import CalibrantEngine
import CalibrantTasks

extension ComparisonRun {
  /// The last phase: what all images of a plan together say.
  ///
  /// - Parameter timed: adds what is known of the files' speed.
  func joined<Reader: AnswerReader>(
    _ plan: ComparisonPlan, _ part: RunPart<Reader.Record>, _ reader: Reader,
    timed: ([Reader.Measured]) throws -> [Reader.Measured] = { $0 }
  ) throws -> (Comparison, [Reader.Measured]) {
    var known: [String: Reader.Statistics.Answers] = [:]
    var arms = try plan.arms.indices.map { place in
      try measured(plan.arms[place], part.arms[place], reader, isOriginal: place == 0, &known)
    }
    arms = try timed(ledByWorst(arms, reader.statistics, plan.facts.limits))
    var facts = plan.facts
    facts.warnings += reader.warnings(of: arms[0])
    let comparison = Comparison(
      facts: facts, arms, reader.statistics, activations: plan.activations)
    return (comparison, arms)
  }

  /// What an arm's answers are worth.
  ///
  /// - Parameter known: of equal files, by their digest and hardware.
  private func measured<Reader: AnswerReader>(
    _ planned: ComparisonPlan.PlannedArm, _ own: [RunPart<Reader.Record>.OnHardware],
    _ reader: Reader, isOriginal: Bool, _ known: inout [String: Reader.Statistics.Answers]
  ) throws -> Reader.Measured {
    let measured = try own.map { one in
      let hardware = planned.saturation.isEmpty ? Hardware.exact : one.hardware
      let key = "\(isOriginal) \(planned.arm.sha256 ?? planned.arm.name) \(hardware.rawValue)"
      let answers = try known[key] ?? reader.answers(one.answers, isOriginal: isOriginal)
      known[key] = answers
      return MeasuredOnHardware(
        one.hardware, answers, logitSQNR: isOriginal ? nil : reader.sqnr(one.answers),
        logitKL: one.answers.divergence?.mean)
    }
    let first = own[0].answers
    var arm = Reader.Measured(
      arm: planned.arm, answers: measured[0].answers,
      quantizeSeconds: planned.quantizeSeconds,
      imagesPerSecond: Double(first.records.count) / first.seconds,
      bitsPerWeight: planned.bitsPerWeight,
      tensorsWithoutObservations: planned.tensorsWithoutObservations,
      notes: planned.notes + reader.notes(first), layers: planned.layers
    ).led(by: measured[0])
    arm.hardware = planned.hardware == [.exact] ? [] : measured
    arm.saturation = planned.saturation
    return arm
  }

  /// What the records of a task are worth.
  func reader<Task: MeasuredTask>(
    _ plan: ComparisonPlan, _ part: RunPart<Task.Record>, _ original: LoadedModel,
    _ images: any MeasuredSamples, _ task: Task
  ) throws -> TaskReader<Task> {
    guard let compared = plan.outputs else { preconditionFailure("the plan is of the task") }
    return try TaskReader(
      task, compared, part, jobs: jobs,
      .init(images: images, isQuiet: isQuiet) { try model(plan, $0, original) })
  }
}
