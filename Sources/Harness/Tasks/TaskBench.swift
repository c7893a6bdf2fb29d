import Engine
import Tasks

/// Runs one model after another on the same images, beside what the original answers.
struct TaskBench<Task: MeasuredTask>: ArmBench {
  let images: any MeasuredSamples
  let task: Task
  let compared: ComparedOutputs
  let jobs: Int
  let isQuiet: Bool
  /// Whether there is only one model, of which nothing is kept to compare others with.
  var isAlone = false

  private var reference: ReferenceOutputs<Task.Answer>?

  init(
    images: any MeasuredSamples, task: Task, _ compared: ComparedOutputs, jobs: Int, isQuiet: Bool
  ) {
    (self.images, self.task, self.compared) = (images, task, compared)
    (self.jobs, self.isQuiet) = (jobs, isQuiet)
  }

  private var run: OutputRun { OutputRun(images: images, jobs: jobs, isQuiet: isQuiet) }

  mutating func answers(
    ofOriginal model: LoadedModel, title: String
  ) throws -> AnswerPart<Task.Record> {
    let reference = try ReferenceOutputs(model, task, run, title: title, isAlone: isAlone)
    self.reference = reference
    let records = try reference.answers.enumerated().map { index, answer in
      try task.record(answer, image: index, reference: answer, distances: [])
    }
    return AnswerPart(records: records, seconds: reference.seconds)
  }

  func answers(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> AnswerPart<Task.Record> {
    guard let reference else { preconditionFailure("the original is evaluated first") }
    let program = try model.program(for: hardware)
    let order = try compared.order(of: program.outputNames, model.path)
    var part = AnswerPart<Task.Record>.empty
    part.distances = compared.fidelity.parts.map { _ in DistanceSum() }
    let (task, images, compared) = (task, images, compared)
    part.seconds = try run.run(program, title: title) {
      let original = try OutputWorker(
        reference.program, Batching(single: images, for: reference.program))
      return { image, own in
        let outputs = order.map { own[$0] }
        let expected =
          try reference.outputs(ofImage: image) ?? original.outputs(ofImage: image, images)
        let distances = try compared.distances(from: expected, to: outputs, model.path)
        let record = try task.record(
          task.answer(outputs, image: image), image: image, reference: reference.answers[image],
          distances: distances)
        return (record, distances)
      }
    } consume: { (_, result: (Task.Record, [OutputDistance])) in
      part.records.append(result.0)
      for (index, distance) in result.1.enumerated() { part.distances[index].add(distance) }
      part.uncompared += result.1.count { $0.count + $0.incomparable == 0 }
    }
    return part
  }
}

extension LoadedModel {
  /// What whoever reads its results should know; which output is ranked is a question of classification alone.
  public func notes(for task: TaskKind) -> [String] {
    task == .classification ? notes : notes.filter { !scores.notes.contains($0) }
  }
}

extension DigestSum {
  /// For random numbers that follow from the contents alone.
  var seed: UInt64 { UInt64(text.suffix(16), radix: 16) ?? 0 }
}
