import CalibrantEngine
import CalibrantTasks

/// What the records of any task are worth.
struct TaskReader<Task: MeasuredTask>: AnswerReader {
  let statistics: TaskStatistics

  private let task: Task
  private let compared: ComparedOutputs
  private let original: [Task.Record]
  private let originalMeasures: TaskMeasures
  private let jobs: Int
  /// The images, and each arm's file: what changed is drawn by running both models once more.
  private let redraw: Redraw

  struct Redraw {
    let images: any MeasuredSamples
    let isQuiet: Bool
    /// By the place in the plan.
    let model: (Int) throws -> LoadedModel
  }

  /// - Throws: `HarnessError.nothingToMeasure` where the original's answers leave nothing to take a metric of.
  init(
    _ task: Task, _ compared: ComparedOutputs, _ part: RunPart<Task.Record>, jobs: Int,
    _ redraw: Redraw
  ) throws {
    (self.task, self.compared, self.jobs, self.redraw) = (task, compared, jobs, redraw)
    original = part.original.records
    originalMeasures = task.measures(of: original, reference: original)
    let judged = originalMeasures.accuracy ?? originalMeasures.agreement
    let units = task.units(images: part.images.count)
    guard units.count > 0 else { throw HarnessError.nothingToMeasure(task: task.task) }
    statistics = TaskStatistics(
      kind: judged.kind,
      bootstrap: PairedBootstrap(imageCount: units.count, seed: part.images.digest.seed),
      imageCount: part.images.count, unit: units.name, isProportion: judged.isProportion)
  }

  /// Whether all that parts say could have been left by this task.
  static func isPossible(_ part: RunPart<Task.Record>, _ task: Task, _ compared: ComparedOutputs)
    -> Bool
  {
    part.arms.enumerated().allSatisfy { index, arm in
      let parts = index == 0 ? 0 : compared.fidelity.parts.count
      return arm.allSatisfy { one in
        one.answers.distances.count == parts
          && one.answers.records.allSatisfy { task.isPossible($0, parts: parts) }
      }
    }
  }

  func answers(_ part: AnswerPart<Task.Record>, isOriginal: Bool) throws -> TaskAnswers {
    let measures =
      isOriginal ? originalMeasures : task.measures(of: part.records, reference: original)
    let bootstrap = statistics.bootstrap
    let agreement = try MetricSample(measures.agreement, bootstrap, jobs: jobs)
    let metric = try measures.accuracy.map { try MetricSample($0, bootstrap, jobs: jobs) }
    var answers = TaskAnswers(
      isOriginal: isOriginal, metric: metric ?? agreement, agreement: agreement,
      records: isOriginal
        ? measures.accuracy?.records : (measures.accuracy ?? measures.agreement).records,
      details: measures.details)
    guard !isOriginal else {
      guard answers.metric.value != nil else {
        throw HarnessError.nothingToMeasure(task: task.task)
      }
      return answers
    }
    answers.details.outputs = compared.table(part.distances)
    answers.details.agreementInterval = agreement.interval(bootstrap)
    return answers
  }

  /// Of the part that is farthest off.
  func sqnr(_ part: AnswerPart<Task.Record>) -> Double? { part.distances.compactMap(\.sqnr).min() }

  /// What cannot be compared.
  func notes(_ part: AnswerPart<Task.Record>) -> [String] {
    let values = part.distances.reduce(0) { $0 + $1.incomparable }
    var notes: [String] = []
    if values > 0 {
      notes.append(
        "warning: \(ReportText.count(values, "value")) of the outputs are NaN or infinite where the original's are not, "
          + "or the other way round")
    }
    if part.uncompared > 0 {
      notes.append(
        "warning: \(ReportText.count(part.uncompared, "output")) of no values, or of another shape than the original's for the "
          + "same image, are left out of SQNR and cosine")
    }
    return notes
  }

  func warnings(of original: MeasuredArm<TaskAnswers>) -> [String] { [] }

  func listing(
    _ comparison: Comparison, _ arms: [MeasuredArm<TaskAnswers>], _ part: RunPart<Task.Record>
  ) throws -> any AnswerListing {
    var listing = TaskListing(task, part, arms)
    listing.changes = try changes(comparison, part)
    listing.tables = MetricTables(comparison)
    return listing
  }

  /// Of the judged arm that loses most.
  private func changes(
    _ comparison: Comparison, _ part: RunPart<Task.Record>
  ) throws -> TaskChanges? {
    let worst = comparison.judgedArms.max { ($0.drop ?? 0) < ($1.drop ?? 0) }
    guard let index = comparison.arms.firstIndex(where: { $0.name == worst?.name }) else {
      return nil
    }
    let one = part.arms[index][0]
    let changed = try task.changes(
      in: one.answers.records, from: original, limit: TaskChanges.listed
    ) { try answers(arm: index, on: one.hardware, images: $0) }
    return TaskChanges(task.task, changed, of: redraw.images, arm: comparison.arms[index].name)
  }

  /// What the original and an arm answer, once more.
  private func answers(
    arm index: Int, on hardware: Hardware, images: [Int]
  ) throws -> [(original: Task.Answer, arm: Task.Answer)] {
    let run = OutputRun(images: redraw.images, jobs: 1, isQuiet: redraw.isQuiet)
    let (original, arm) = (try redraw.model(0), try redraw.model(index))
    let program = try arm.program(for: hardware)
    let order = try compared.order(of: program.outputNames, arm.path)
    let (before, after) = (
      try run.outputs(of: original.program(), images), try run.outputs(of: program, images)
    )
    return try images.indices.map { place in
      (
        try task.answer(before[place], image: images[place]),
        try task.answer(order.map { after[place][$0] }, image: images[place])
      )
    }
  }
}

extension Measure {
  fileprivate var isProportion: Bool {
    if case .proportion = form { true } else { false }
  }
}

extension TaskListing {
  init<Task: MeasuredTask>(
    _ task: Task, _ part: RunPart<Task.Record>, _ arms: [MeasuredArm<TaskAnswers>]
  ) {
    self.init(
      arms: arms.map(\.arm.name), paths: part.images.paths, hashes: part.images.hashes,
      columns: task.columns,
      rows: part.arms.map { $0[0].answers.records.map(task.cells) },
      measured: arms.map(\.answers.records))
  }
}
