import CalibrantEngine
import CalibrantTasks

/// Runs one model after another on the same images, beside what the original answers.
struct TaskBench<Task: MeasuredTask>: ArmBench {
  let images: any MeasuredSamples
  let task: Task
  let compared: ComparedOutputs
  let jobs: Int
  let isQuiet: Bool
  /// Whether there is only one model, of which nothing is kept to compare others with.
  var isAlone = false

  private var reference: ReferenceOutputs<Task>?

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
    let reference = try ReferenceOutputs(
      model.program(), of: model.model, task, run, title: title, isAlone: isAlone)
    self.reference = reference
    return AnswerPart(records: try reference.records(), seconds: reference.seconds)
  }

  func answers(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> AnswerPart<Task.Record> {
    guard let reference else { preconditionFailure("the original is evaluated first") }
    var part = AnswerPart<Task.Record>.empty
    part.distances = compared.fidelity.parts.map { _ in DistanceSum() }
    part.seconds = try reference.compare(
      model.program(for: hardware), model.path, by: compared, title: title
    ) { record, distances in
      part.records.append(record)
      for (index, distance) in distances.enumerated() { part.distances[index].add(distance) }
      part.uncompared += distances.count { $0.count + $0.incomparable == 0 }
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
