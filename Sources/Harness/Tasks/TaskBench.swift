import Engine
import Quantization
import Tasks

/// Evaluates one arm after another on the same images, beside what the original answers.
struct TaskBench<Task: MeasuredTask>: ArmBench {
  let images: ImageStore
  let task: Task
  let jobs: Int
  let isQuiet: Bool
  var hardware: HardwareChoice?

  private let bootstrap: PairedBootstrap
  private var reference: ReferenceOutputs<Task.Answer>?
  private var names: [String] = []
  private var originalRecords: [Task.Record] = []
  private var passes: [Key: Pass] = [:]
  private var known: TaskStatistics?
  private var clamped: [String: [LayerSaturation]] = [:]
  private(set) var listed: [ListedArm<Task.Record>] = []

  private struct Key: Hashable {
    let sha256: String
    let hardware: Hardware
  }

  /// What one run over the images gives.
  struct Pass {
    var answers: TaskAnswers
    var records: [Task.Record]
    /// Where the original's outputs are among the arm's.
    var order: [Int]
    var lowestSQNR: Double?
    var notes: [String]
    var imagesPerSecond: Double
  }

  init(images: ImageStore, task: Task, jobs: Int, isQuiet: Bool) {
    (self.images, self.task, self.jobs, self.isQuiet) = (images, task, jobs, isQuiet)
    let digest = DigestSum(labelled: images.hashes, images.samples.map(\.label))
    bootstrap = PairedBootstrap(
      imageCount: task.units(images: images.count).count, seed: digest.seed)
  }

  private var run: OutputRun { OutputRun(images: images, jobs: jobs, isQuiet: isQuiet) }

  /// - Precondition: the original was evaluated.
  var statistics: TaskStatistics {
    guard let known else { preconditionFailure("the original is evaluated first") }
    return known
  }

  mutating func evaluateOriginal(_ model: LoadedModel) throws -> MeasuredArm<TaskAnswers> {
    try evaluate(original: model, isAlone: false)
  }

  private mutating func evaluate(
    original model: LoadedModel, isAlone: Bool
  ) throws -> MeasuredArm<TaskAnswers> {
    let reference = try ReferenceOutputs(model, task, run, isAlone: isAlone)
    self.reference = reference
    names = reference.program.outputNames
    let records = try reference.answers.enumerated().map { index, answer in
      try task.record(answer, image: index, reference: answer, distances: [])
    }
    let measures = task.measures(of: records, reference: records)
    let answers = try self.answers(measures, isOriginal: true, outputs: [])
    originalRecords = records
    known = statistics(of: measures.accuracy ?? measures.agreement)
    guard answers.metric.value != nil else { throw HarnessError.nothingToMeasure(task: task.task) }
    let arm = Arm(
      name: "original", kind: .original, bytes: model.bytes, sha256: model.sha256)
    listed.append(
      ListedArm(
        name: arm.name, model: model, hardware: .exact, order: Array(names.indices),
        records: originalRecords))
    return MeasuredArm(
      arm: arm, answers: answers,
      imagesPerSecond: Double(images.count) / reference.seconds,
      notes: model.notes(for: task.task) + task.notes)
  }

  private func statistics(of measure: Measure) -> TaskStatistics {
    var isProportion = false
    if case .proportion = measure.form { isProportion = true }
    return TaskStatistics(
      kind: measure.kind, bootstrap: bootstrap, imageCount: images.count,
      unit: task.units(images: images.count).name, isProportion: isProportion)
  }

  mutating func evaluate(_ made: MadeArm) throws -> MeasuredArm<TaskAnswers> {
    let asked = made.model.hardware(hardware)
    let passes = try asked.map { try pass(made.model, $0, title: made.arm.name) }
    listed.append(
      ListedArm(
        name: made.arm.name, model: made.model, hardware: asked[0], order: passes[0].order,
        records: passes[0].records))
    let measured = zip(asked, passes).map { hardware, pass in
      MeasuredOnHardware(hardware, pass.answers, logitSQNR: pass.lowestSQNR)
    }
    var arm = MeasuredArm(
      arm: made.arm, answers: passes[0].answers, imagesPerSecond: passes[0].imagesPerSecond
    ).led(by: measured[0])
    arm.describe(made)
    arm.notes = made.notes.filter { !made.model.scores.notes.contains($0) } + passes[0].notes
    arm.hardware = asked == [.exact] ? [] : measured
    arm.saturation = asked == [.exact] ? made.model.saturation : try saturation(of: made.model)
    return arm
  }

  private mutating func saturation(of model: LoadedModel) throws -> [LayerSaturation] {
    if let known = clamped[model.sha256] { return known }
    let measured = try model.saturation.measured(on: images, model: model.model, jobs: jobs)
    clamped[model.sha256] = measured
    return measured
  }

  /// Equal files are run once, and files that no hardware clamps on one only.
  private mutating func pass(
    _ model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> Pass {
    let hardware = model.saturation.isEmpty ? .exact : hardware
    let key = Key(sha256: model.sha256, hardware: hardware)
    if let pass = passes[key] { return pass }
    let name = hardware == .exact ? title : "\(title), \(hardware.rawValue)"
    let pass = try newPass(model, hardware, title: name)
    passes[key] = pass
    return pass
  }

  private func newPass(_ model: LoadedModel, _ hardware: Hardware, title: String) throws -> Pass {
    guard let reference else { preconditionFailure("the original is evaluated first") }
    let program = try model.program(for: hardware)
    let order = try outputOrder(of: program, model)
    let fidelity = reference.fidelity
    var records: [Task.Record] = []
    var uncompared = 0
    var sums = [DistanceSum](repeating: DistanceSum(), count: fidelity.parts.count)
    let (task, images) = (task, images)
    let seconds = try run.run(program, title: title) {
      let original = try OutputWorker(
        reference.program, Batching(single: images, for: reference.program))
      return { image, own in
        let outputs = order.map { own[$0] }
        let expected =
          try reference.outputs(ofImage: image) ?? original.outputs(ofImage: image, images)
        let distances = try Self.distances(expected, outputs, fidelity, model)
        let record = try task.record(
          task.answer(outputs, image: image), image: image, reference: reference.answers[image],
          distances: distances)
        return (record, distances)
      }
    } consume: { (_, result: (Task.Record, [OutputDistance])) in
      records.append(result.0)
      for (index, distance) in result.1.enumerated() { sums[index].add(distance) }
      uncompared += result.1.count { $0.count + $0.incomparable == 0 }
    }
    let outputs = zip(fidelity.parts, sums).map {
      OutputFidelity(names[$0.output], fidelity.isWhole($0) ? nil : $0.part, $1)
    }
    return Pass(
      answers: try answers(
        task.measures(of: records, reference: originalRecords), isOriginal: false,
        outputs: outputs), records: records, order: order,
      lowestSQNR: outputs.compactMap(\.sqnr).min(),
      notes: OutputFidelity.notes(sums, uncompared: uncompared),
      imagesPerSecond: Double(images.count) / seconds)
  }

  /// An arm's outputs in the original's order: by name where it has the same, else by place.
  private func outputOrder(
    of program: Program, _ model: LoadedModel
  ) throws(HarnessError) -> [Int] {
    let own = program.outputNames
    let byName = names.compactMap { own.firstIndex(of: $0) }
    if byName.count == names.count { return byName }
    guard own.count == names.count else {
      throw .differentModel(
        path: model.path,
        reason: "it has \(ReportText.count(own.count, "output")), the original \(names.count)")
    }
    return Array(own.indices)
  }

  private static func distances(
    _ reference: [OutputArray], _ outputs: [OutputArray], _ fidelity: FidelityTask,
    _ model: LoadedModel
  ) throws(HarnessError) -> [OutputDistance] {
    do throws(TaskError) {
      return try fidelity.record(outputs, truth: reference)
    } catch {
      throw .differentModel(path: model.path, reason: "\(error), the original's shape")
    }
  }

  private func answers(
    _ measures: TaskMeasures, isOriginal: Bool, outputs: [OutputFidelity]
  ) throws -> TaskAnswers {
    let agreement = try MetricSample(measures.agreement, bootstrap, jobs: jobs)
    let metric = try measures.accuracy.map { try MetricSample($0, bootstrap, jobs: jobs) }
    var answers = TaskAnswers(
      isOriginal: isOriginal, metric: metric ?? agreement, agreement: agreement,
      details: measures.details)
    answers.details.outputs = outputs
    if !isOriginal {
      answers.details.agreementInterval = agreement.interval(bootstrap)
    }
    return answers
  }

  func warnings(of original: MeasuredArm<TaskAnswers>, _ model: LoadedModel) -> [String] { [] }

  func listing(
    _ comparison: Comparison, _ arms: [MeasuredArm<TaskAnswers>]
  ) throws -> any AnswerListing {
    var listing = listing
    listing.changes = try TaskChanges(comparison, listed, task, run)
    listing.tables = MetricTables(comparison)
    return listing
  }

  /// What the arms so far answered.
  var listing: TaskListing {
    TaskListing(
      arms: listed.map(\.name), paths: images.samples.map(\.path), hashes: images.hashes,
      columns: task.columns, rows: listed.map { $0.records.map(task.cells) })
  }

  /// A model beside nothing but itself, led by the arithmetic in which it does worst.
  mutating func evaluateAlone(
    _ model: LoadedModel, _ choice: HardwareChoice
  ) throws -> MeasuredArm<TaskAnswers> {
    var alone = try evaluate(original: model, isAlone: true)
    guard choice != .exact else {
      alone.saturation = model.saturation
      return alone
    }
    alone.saturation = try saturation(of: model)
    alone.hardware = try choice.all.map { hardware in
      let isExact = hardware == .exact || model.saturation.isEmpty
      return MeasuredOnHardware(
        hardware,
        isExact ? alone.answers : try pass(model, hardware, title: model.name).answers)
    }
    return alone.led(by: alone.worst(against: alone, statistics, VerdictLimits()))
  }
}

/// One arm's records, and the file they come from.
struct ListedArm<Record: Sendable>: Sendable {
  let name: String
  let model: LoadedModel
  let hardware: Hardware
  /// Where the original's outputs are among its own.
  let order: [Int]
  let records: [Record]
}

extension LoadedModel {
  /// What whoever reads its results should know; which output is ranked is a question of classification alone.
  public func notes(for task: TaskKind) -> [String] {
    task == .classification ? notes : notes.filter { !scores.notes.contains($0) }
  }
}

extension OutputFidelity {
  init(_ name: String, _ part: OutputPart?, _ sum: DistanceSum) {
    self.init(
      name: name, part: part, sqnr: sum.sqnr, cosine: sum.cosine,
      maxAbsError: Double(sum.largestDifference))
  }

  /// What is to be said of what cannot be compared.
  ///
  /// - Parameter uncompared: outputs of other shapes than the original's, or of no values.
  static func notes(_ sums: [DistanceSum], uncompared: Int) -> [String] {
    let values = sums.reduce(0) { $0 + $1.incomparable }
    var notes: [String] = []
    if values > 0 {
      notes.append(
        "warning: \(ReportText.count(values, "value")) of the outputs are NaN or infinite where the original's are not, "
          + "or the other way round")
    }
    if uncompared > 0 {
      notes.append(
        "warning: \(ReportText.count(uncompared, "output")) of no values, or of another shape than the original's for the same "
          + "image, are left out of SQNR and cosine")
    }
    return notes
  }
}

extension DigestSum {
  /// For random numbers that follow from the contents alone.
  var seed: UInt64 { UInt64(text.suffix(16), radix: 16) ?? 0 }
}
