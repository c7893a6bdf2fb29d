import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import CalibrantQuantization
import CalibrantTasks

/// Judges by what outputs mean, or how near they are to the float model's.
struct OutputJudge: VariantJudge {
  let images: any MeasuredSamples
  let isLabelled: Bool
  let jobs: Int
  private let original: LoadedModel
  private let settings: TaskSettings
  private let data: TaskData

  /// Refuses, after a run on one image, what the task cannot read.
  ///
  /// - Parameter images: in an order whose first part is a fair sample of it.
  init(
    _ original: LoadedModel, _ settings: TaskSettings, _ data: TaskData,
    _ images: any MeasuredSamples, jobs: Int
  ) throws {
    if case .pairs = data.truths {
      throw HarnessError.badOption(
        "--pairs: layers are tried on a part of the images, where few pairs are whole; use class folders"
      )
    }
    (self.original, self.settings, self.data) = (original, settings, data)
    (self.images, self.jobs) = (images, jobs)
    isLabelled = try Self.task(settings, data, original, images).isLabelled
  }

  /// Labels and answers count on samples of their own: images that are compared with one another stay among themselves.
  func bench(
    _ map: QuantizedLayerMap, on range: Range<Int>, _ hardware: Hardware
  ) throws -> any VariantBench {
    let some = ChosenSamples(images, Array(range))
    return try Self.bench(
      map, some, Self.task(settings, data, original, some), hardware,
      names: original.program().outputNames, jobs)
  }

  private static func task(
    _ settings: TaskSettings, _ data: TaskData, _ original: LoadedModel,
    _ images: any MeasuredSamples
  ) throws -> any MeasuredTask {
    guard let task = try StandardMeasures.measure(settings, data, of: original, on: images)
    else { preconditionFailure("classes are judged by scores") }
    return task
  }

  private static func bench(
    _ map: QuantizedLayerMap, _ images: any MeasuredSamples, _ task: some MeasuredTask,
    _ hardware: Hardware, names: [String], _ jobs: Int
  ) throws -> any VariantBench {
    try OutputBench(map, images, task, hardware, names: names, jobs: jobs)
  }
}

/// Tries variants on images, whatever the outputs are.
struct OutputBench<Task: MeasuredTask>: VariantBench {
  let map: QuantizedLayerMap
  let floatEffect: VariantEffect
  private let images: any MeasuredSamples
  private let task: Task
  private let hardware: Hardware
  private let jobs: Int
  private let compared: ComparedOutputs
  private let float: ReferenceOutputs<Task>
  private let records: [Task.Record]

  var imageCount: Int { images.count }

  /// - Parameter names: of the original's outputs.
  init(
    _ map: QuantizedLayerMap, _ images: any MeasuredSamples, _ task: Task, _ hardware: Hardware,
    names: [String], jobs: Int
  ) throws {
    (self.map, self.images, self.task) = (map, images, task)
    (self.hardware, self.jobs) = (hardware, jobs)
    var maxima: [AxisMaxima?] = []
    float = try ReferenceOutputs(
      Program(map.float), of: map.float.model(), task,
      OutputRun(images: images, jobs: jobs, isQuiet: true), title: ""
    ) { maxima.add($0) }
    compared = ComparedOutputs(names: names, maxima: maxima)
    records = try float.records()
    floatEffect = VariantEffect(
      Self.judged(task.measures(of: records, reference: records)), imageCount: images.count,
      decibels: nil, cost: 0)
  }

  func effect(of variant: Graph) throws -> VariantEffect {
    var records: [Task.Record] = []
    var losses = compared.fidelity.parts.map { _ in OutputLoss() }
    _ = try float.compare(
      Program(variant, hardware: hardware), "the quantized file", by: compared, title: ""
    ) { record, distances in
      records.append(record)
      for (part, distance) in distances.enumerated() { losses[part].add(distance) }
    }
    return VariantEffect(
      Self.judged(task.measures(of: records, reference: self.records)), imageCount: images.count,
      decibels: losses.compactMap(\.sum.sqnr).filter(\.isFinite).min(),
      cost: losses.map { $0.cost(imageCount: images.count) }.max() ?? 0,
      outputs: compared.table(losses.map(\.sum)), notes: OutputLoss.notes(losses))
  }

  private static func judged(_ measures: TaskMeasures) -> Measure {
    measures.accuracy ?? measures.agreement
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
