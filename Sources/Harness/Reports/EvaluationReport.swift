/// One classifier against labels, and what it answered.
public struct EvaluationReport: Reportable {
  public internal(set) var result: EvaluationResult
  let records: [Record]
  /// The records of every hardware, where more than the exact one was asked for.
  let hardware: [HardwareRecords]

  public init(_ result: EvaluationResult, records: [Record], hardware: [HardwareRecords] = []) {
    (self.result, self.records, self.hardware) = (result, records, hardware)
  }

  public var text: String { result.text }
  public var json: String { result.json(records: records, hardware: hardware) }
  public var recordsCSV: String? { Predictions.csv(records) }

  public var document: ReportDocument {
    let saturation = result.saturation
    return AccuracyDocument(
      model: result.model, name: "top-1", imageCount: result.count,
      rows: [
        .init(name: "top-1", value: result.top1, interval: result.top1Interval),
        .init(name: "top-5", value: result.top5),
      ] + AccuracyDocument.rows(of: result.hardware, "top-1"),
      classes: result.perClass.map { .init(name: $0.name, value: $0.top1, count: $0.count) },
      facts: EvaluationResult.sentences(result.skippedImages, result.provenance),
      notes: (result.nonFinite.map { [$0.warning] } ?? []) + (result.warnings ?? [])
        + [saturation?.responsible.map { "Clamped without VNNI: \($0)." } ?? saturation?.sentence]
        .compactMap(\.self),
      provenance: result.provenance
    ).document
  }
}

extension TaskEvaluation: Reportable {
  public var recordsCSV: String? { csv }

  public var document: ReportDocument {
    let details = result.details
    return AccuracyDocument(
      model: model, name: kind.name, imageCount: imageCount,
      rows: [.init(name: kind.name, value: result.metric, interval: result.metricInterval)]
        + (details?.metrics ?? []).map { .init(name: $0.title, value: $0.value) }
        + AccuracyDocument.rows(of: result.hardware, kind.name),
      classes: (details?.perClass ?? []).map { .init(name: $0.name, value: $0.value) },
      facts: EvaluationResult.sentences(skippedImages, provenance),
      notes: ["[ ] = 95 % intervals: \(intervals)."] + notes + warnings,
      provenance: provenance
    ).document
  }
}

extension AccuracyDocument {
  /// A metric by hardware.
  static func rows(of results: HardwareResults?, _ name: String) -> [Row] {
    (results?.measured ?? []).map { hardware, result in
      Row(
        name: "\(name), \(hardware.description)", value: result.metric,
        interval: result.metricInterval)
    }
  }
}
