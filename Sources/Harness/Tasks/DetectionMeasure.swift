import CalibrantTasks

/// Boxes: mean average precision against labels, and whether the original's boxes are found again.
public struct DetectionMeasure: PicturedTask {
  public struct Record: PartRecord {
    var truth: DetectionRecord?
    /// With the original's boxes above the confidence as truth; nil where there are labels.
    var original: DetectionRecord?
    var agreement: BoxAgreement
  }

  public let task = TaskKind.detection
  let reader: BoxReader
  /// Boxes are the original's, and found again, from scores above this.
  let confidence: Double
  static let usualConfidence = 0.25
  let geometry: @Sendable (_ image: Int) -> BoxGeometry
  /// nil without labels.
  var truth: (@Sendable (_ image: Int) -> DetectionTask.Truth)?
  /// By class; classes without a name go by their number.
  let classNames: [String]

  public var isLabelled: Bool { truth != nil }

  public func answer(_ outputs: [OutputArray], image: Int) throws -> [Detection] {
    try reader.detections(outputs, geometry(image))
  }

  public func record(
    _ answer: [Detection], image: Int, reference: [Detection], distances: [OutputDistance]
  ) -> Record {
    Record(
      truth: truth.map { DetectionRecord(detections: answer, truths: $0(image).boxes) },
      original: isLabelled
        ? nil
        : DetectionRecord(
          detections: answer,
          truths: DetectionTask.Truth(
            reference: reference, above: confidence, geometry: geometry(image)
          ).boxes),
      agreement: BoxAgreement(answer, reference: reference, above: confidence))
  }

  public func isPossible(_ record: Record, parts: Int) -> Bool {
    let counts = [record.agreement.found, record.agreement.lost, record.agreement.extra]
    let matched = isLabelled ? record.truth : record.original
    return matched?.isPossible ?? false
      && counts.allSatisfy { (0...BoxAgreement.limit).contains($0) }
  }

  public func measures(of records: [Record], reference: [Record]) -> TaskMeasures {
    let agreement = Measure(
      MetricKind(name: "box F1"), .boxes(records.map(\.agreement)))
    guard isLabelled else {
      var measures = TaskMeasures(accuracy: nil, agreement: agreement)
      measures.details.metrics = [
        MetricDetails.Metric(
          "mAPAgainstOriginal", "mAP of the original's boxes",
          PrecisionCurves(records.compactMap(\.original)).classes().mean(\.precision))
      ]
      return measures
    }
    let truths = records.compactMap(\.truth)
    let curves = PrecisionCurves(truths)
    var measures = TaskMeasures(
      accuracy: Measure(MetricKind(name: "mAP"), .detections(truths), metric: curves),
      agreement: agreement)
    measures.details.metrics = Self.metrics(DetectionSummary(truths))
    measures.details.perClass = curves.classes().map { one in
      MetricDetails.ClassValue(
        name(one.category), one.precision.reduce(0, +) / Double(one.precision.count))
    }
    return measures
  }

  private static func metrics(_ summary: DetectionSummary) -> [MetricDetails.Metric] {
    [
      .init("mAP50", "mAP50", summary.precision50), .init("mAP75", "mAP75", summary.precision75),
      .init("mAPSmall", "mAP small", summary.precisionSmall),
      .init("mAPMedium", "mAP medium", summary.precisionMedium),
      .init("mAPLarge", "mAP large", summary.precisionLarge),
      .init("recall100", "recall", summary.recall100),
    ]
  }

  private func name(_ category: Int) -> String {
    classNames.indices.contains(category) ? classNames[category] : String(category)
  }

  public let columns = ["found", "lost", "extra"]

  public func cells(_ record: Record) -> [String] {
    [record.agreement.found, record.agreement.lost, record.agreement.extra].map(String.init)
  }

  public func change(_ record: Record) -> Double {
    Double(record.agreement.lost + record.agreement.extra)
  }

  public func picture(_ reference: [Detection], _ answer: [Detection], image: Int) -> TaskPicture {
    let size = geometry(image)
    let overlay = BoxOverlay(
      pairing: BoxPairing(answer, reference: reference, above: confidence), width: size.width,
      height: size.height, classNames: classNames)
    return TaskPicture(
      overlay: overlay.svg, caption: "<span>\(Escaping.html(overlay.summary))</span>")
  }
}
