import CalibrantTasks

/// A class for every pixel: mean intersection over union against masks, and with the original's label maps.
public struct SegmentationMeasure: PicturedTask {
  public struct Record: PartRecord {
    var truth: SegmentationRecord?
    var original: SegmentationRecord
  }

  /// The label map, and how it does against the mask, which is read once.
  public struct Answer: Sendable {
    var map: LabelMap
    var truth: SegmentationRecord?
  }

  public let task = TaskKind.segmentation
  let reader: SegmentationTask
  /// nil without labels.
  var mask: (@Sendable (_ image: Int) throws -> LabelMap)?
  let classNames: [String]
  public var notes: [String] = []

  public var isLabelled: Bool { mask != nil }

  /// Of the mask's size, or of the output's where there is none.
  public func answer(_ outputs: [OutputArray], image: Int) throws -> Answer {
    guard let mask else {
      let size = try reader.size(outputs)
      let map = try reader.prediction(outputs, height: size.height, width: size.width)
      return Answer(map: map, truth: nil)
    }
    let truth = try mask(image)
    try reader.check(truth)
    let map = try reader.prediction(outputs, height: truth.height, width: truth.width)
    return Answer(
      map: map, truth: SegmentationRecord(predicted: map, truth: truth, ignored: reader.ignored))
  }

  public func record(
    _ answer: Answer, image: Int, reference: Answer, distances: [OutputDistance]
  ) -> Record {
    Record(
      truth: answer.truth,
      original: SegmentationRecord(predicted: answer.map, truth: reference.map, ignored: nil))
  }

  public func isPossible(_ record: Record, parts: Int) -> Bool {
    (record.truth != nil) == isLabelled
      && ([record.original] + [record.truth].compactMap(\.self)).allSatisfy(reader.isPossible)
  }

  public func measures(of records: [Record], reference: [Record]) -> TaskMeasures {
    let all = [Int](repeating: 1, count: records.count)
    let original = reader.metric(of: records.map(\.original))
    let agreement = Measure(
      MetricKind(name: "mask mIoU"), .pixels(records.map(\.original)), metric: original)
    guard isLabelled else {
      var measures = TaskMeasures(accuracy: nil, agreement: agreement)
      measures.details.metrics = [
        .init("samePixels", "same pixels", original.pixelAccuracy(weights: all))
      ]
      return measures
    }
    let truths = records.compactMap(\.truth)
    let metric = reader.metric(of: truths)
    var measures = TaskMeasures(
      accuracy: Measure(MetricKind(name: "mIoU"), .pixels(truths), metric: metric),
      agreement: agreement)
    measures.details.metrics = [
      .init("pixelAccuracy", "pixel accuracy", metric.pixelAccuracy(weights: all))
    ]
    measures.details.perClass = metric.perClass(weights: all).enumerated().compactMap {
      index, value in value.map { .init(name(index), $0) }
    }
    return measures
  }

  private func name(_ index: Int) -> String {
    classNames.indices.contains(index) ? classNames[index] : String(index)
  }

  public let columns = ["pixels", "samePixels"]

  public func cells(_ record: Record) -> [String] {
    let (same, all) = counts(record)
    return [String(all), String(same)]
  }

  public func change(_ record: Record) -> Double {
    let (same, all) = counts(record)
    return all == 0 ? 0 : Double(all - same) / Double(all)
  }

  private func counts(_ record: Record) -> (same: Int, all: Int) {
    record.original.classes.reduce((0, 0)) { ($0.0 + $1.correct, $0.1 + $1.truth) }
  }

  public func picture(_ reference: Answer, _ answer: Answer, image: Int) -> TaskPicture {
    let overlay = MaskOverlay(reference: reference.map, arm: answer.map, classNames: classNames)
    return TaskPicture(
      overlay: overlay.svg,
      caption: "<span>\(Escaping.html(overlay.summary))</span>\(overlay.lines())")
  }
}
