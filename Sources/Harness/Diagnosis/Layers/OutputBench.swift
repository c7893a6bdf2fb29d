import Engine
import Foundation
import ONNXFormat
import Quantization
import Tasks

/// Judges by what outputs mean, or how near they are to the float model's.
struct OutputJudge: VariantJudge {
  let images: ImageStore
  let isLabelled: Bool
  let jobs: Int
  private let original: LoadedModel
  private let settings: TaskSettings
  /// What can be read of it.
  private let data: TaskData
  private let prepare: (ImageDataset) throws -> ImageStore

  /// Refuses, after a run on one image, what the task cannot read.
  ///
  /// - Parameter data: in an order whose first part is a fair sample of it.
  init(
    _ original: LoadedModel, _ settings: TaskSettings, _ data: TaskData, jobs: Int,
    prepare: @escaping (ImageDataset) throws -> ImageStore
  ) throws {
    if case .pairs = data.truths {
      throw HarnessError.badOption(
        "--pairs: layers are tried on a part of the images, where few pairs are whole; use class folders"
      )
    }
    images = try prepare(data.dataset)
    self.data = data.with(data.dataset.with(images.samples))
    guard let measure = try StandardMeasures.measure(settings, data, of: original, on: images)
    else { preconditionFailure("classes are judged by scores") }
    (self.original, self.settings, self.jobs, self.prepare) = (original, settings, jobs, prepare)
    isLabelled = measure.isLabelled
  }

  /// Labels and answers count on a data set of their own: images that are compared with one another stay among themselves.
  func bench(
    _ map: QuantizedLayerMap, on range: Range<Int>, _ hardware: Hardware
  ) throws -> any VariantBench {
    let dataset = data.dataset.slice(from: range.lowerBound, count: range.count)
    let some = try prepare(dataset)
    guard
      let measure = try StandardMeasures.measure(
        settings, data.with(dataset), of: original, on: some)
    else { preconditionFailure("classes are judged by scores") }
    return try Self.bench(map, some, measure, hardware, names: original.program().outputNames, jobs)
  }

  private static func bench(
    _ map: QuantizedLayerMap, _ images: ImageStore, _ task: some MeasuredTask, _ hardware: Hardware,
    names: [String], _ jobs: Int
  ) throws -> any VariantBench {
    try OutputBench(map, images, task, hardware, names: names, jobs: jobs)
  }
}

/// Tries variants on images, whatever the outputs are.
struct OutputBench<Task: MeasuredTask>: VariantBench {
  let map: QuantizedLayerMap
  let floatEffect: VariantEffect
  private let images: ImageStore
  private let task: Task
  private let hardware: Hardware
  private let jobs: Int
  private let names: [String]
  private let float: FloatOutputs
  private let answers: [Task.Answer]
  private let records: [Task.Record]

  var imageCount: Int { images.count }

  /// - Parameter names: of the original's outputs.
  init(
    _ map: QuantizedLayerMap, _ images: ImageStore, _ task: Task, _ hardware: Hardware,
    names: [String], jobs: Int
  ) throws {
    (self.map, self.images, self.task) = (map, images, task)
    (self.hardware, self.names, self.jobs) = (hardware, names, jobs)
    var answers: [Task.Answer] = []
    let run = OutputRun(images: images, jobs: jobs, isQuiet: true)
    float = try FloatOutputs(map.float, run) { image, outputs in
      try task.answer(outputs, image: image)
    } consume: {
      answers.append($0)
    }
    self.answers = answers
    records = try answers.enumerated().map { image, answer in
      try task.record(answer, image: image, reference: answer, distances: [])
    }
    floatEffect = VariantEffect(
      Self.judged(task.measures(of: records, reference: records)), imageCount: images.count,
      decibels: nil, cost: 0)
  }

  func effect(of variant: Graph) throws -> VariantEffect {
    let program = try Program(variant, hardware: hardware)
    let order = try order(of: program.outputNames)
    var records: [Task.Record] = []
    var sums = float.parts.parts.map { _ in OutputLoss() }
    let (task, float, answers, images) = (task, float, answers, images)
    _ = try OutputRun(images: images, jobs: jobs, isQuiet: true).run(program, title: "") {
      let known = try float.reader(images)
      return { image, own in
        let outputs = order.map { own[$0] }
        let distances = try Self.distances(known(image), outputs, float.parts)
        let record = try task.record(
          task.answer(outputs, image: image), image: image, reference: answers[image],
          distances: distances)
        return (record, distances)
      }
    } consume: { (_, result: (Task.Record, [OutputDistance])) in
      records.append(result.0)
      for (part, distance) in result.1.enumerated() { sums[part].add(distance) }
    }
    return VariantEffect(
      Self.judged(task.measures(of: records, reference: self.records)), imageCount: images.count,
      decibels: sums.compactMap(\.sum.sqnr).filter(\.isFinite).min(),
      cost: sums.map { $0.cost(imageCount: images.count) }.max() ?? 0,
      outputs: table(sums), notes: OutputLoss.notes(sums))
  }

  private static func judged(_ measures: TaskMeasures) -> Measure {
    measures.accuracy ?? measures.agreement
  }

  /// A variant's outputs in the original's order: by name where it has the same, else by place.
  private func order(of own: [String]) throws(HarnessError) -> [Int] {
    let byName = names.compactMap { own.firstIndex(of: $0) }
    if byName.count == names.count { return byName }
    guard own.count == names.count else {
      throw .differentModel(
        path: "the quantized file",
        reason: "it has \(ReportText.count(own.count, "output")), the original \(names.count)")
    }
    return Array(own.indices)
  }

  private static func distances(
    _ reference: [OutputArray], _ outputs: [OutputArray], _ parts: FidelityTask
  ) throws(HarnessError) -> [OutputDistance] {
    do throws(TaskError) {
      return try parts.record(outputs, truth: reference)
    } catch {
      throw .differentModel(
        path: "the quantized file", reason: "\(error), the original's shape")
    }
  }

  private func table(_ sums: [OutputLoss]) -> [OutputFidelity] {
    zip(float.parts.parts, sums).map { part, loss in
      OutputFidelity(
        name: names[part.output], part: float.parts.isWhole(part) ? nil : part.part,
        sqnr: loss.sum.sqnr, cosine: loss.sum.cosine,
        maxAbsError: Double(loss.sum.largestDifference))
    }
  }

  func loss(of effect: VariantEffect) throws -> MetricDifference {
    let digest = DigestSum(labelled: images.hashes, images.samples.map(\.label))
    let bootstrap = PairedBootstrap(imageCount: images.count, seed: digest.seed)
    let statistics = TaskStatistics(
      kind: effect.measure.kind, bootstrap: bootstrap, imageCount: images.count, unit: "images",
      isProportion: !effect.measure.holds.isEmpty)
    func answers(_ effect: VariantEffect) throws -> TaskAnswers {
      let sample = try MetricSample(effect.measure, bootstrap, jobs: jobs)
      return TaskAnswers(
        isOriginal: false, metric: sample, agreement: sample, details: MetricDetails())
    }
    return try statistics.difference(from: answers(floatEffect), to: answers(effect))
  }
}

/// What a variant does to a part of the outputs, over images.
private struct OutputLoss {
  private(set) var sum = DistanceSum()
  /// Images for which the output has another shape, or no values.
  private(set) var missing = 0

  mutating func add(_ distance: OutputDistance) {
    sum.add(distance)
    if distance.count + distance.incomparable == 0 { missing += 1 }
  }

  /// Noise as a share of the signal. Where an output is of another shape nothing is left of it, and no error is as bad as
  /// values that are none.
  func cost(imageCount: Int) -> Double {
    guard sum.incomparable == 0 else { return .infinity }
    let noise = sum.sqnr.map { pow(10, -$0 / 10) } ?? 0
    return noise + Double(missing) / Double(max(imageCount, 1))
  }

  static func notes(_ losses: [OutputLoss]) -> [String] {
    let values = losses.reduce(0) { $0 + $1.sum.incomparable }
    let missing = losses.map(\.missing).max() ?? 0
    var notes: [String] = []
    if values > 0 {
      notes.append(
        "\(ReportText.count(values, "value")) of the outputs are NaN or infinite where the original's are not, or the other way round"
      )
    }
    if missing > 0 {
      notes.append(
        "an output is of no values, or of another shape than the original's, for \(ReportText.count(missing, "image")): "
          + "these count as lost, not in dB")
    }
    return notes
  }
}

extension TaskData {
  /// The same labels, of other images.
  func with(_ dataset: ImageDataset) -> TaskData {
    TaskData(task: task, dataset: dataset, truths: truths, notes: notes)
  }

  /// In a seeded random order.
  public func shuffled(seed: UInt64) -> TaskData { with(dataset.shuffled(seed: seed)) }
}
