/// Every prediction of every arm, one per line: what any other statistic can be computed from.
public struct CSVRecords: ReportFormat {
  public static let name = "csv"
  public static let fileName: String? = "records.csv"

  public init() {}

  public func render(_ comparison: Comparison, evaluations: [ArmEvaluation]) -> String {
    let header = ["arm", "path", "contentHash", "label"] + Record.top5Header + ["margin"]
    return evaluations.reduce(into: CSV.line(header)) { text, evaluation in
      for record in evaluation.records {
        let facts = [evaluation.arm.name, record.path, record.contentHash, String(record.label)]
        text += CSV.line(facts + record.top5Fields + ["\(record.margin)"])
      }
    }
  }
}

/// The predictions of one evaluated model.
public enum Predictions {
  /// `path,label,top1,…,top5,margin`, one line per image after the header.
  public static func csv(_ records: [Record]) -> String {
    let header = ["path", "label"] + Record.top5Header + ["margin"]
    return records.reduce(into: CSV.line(header)) { text, record in
      let facts = [record.path, String(record.label)]
      text += CSV.line(facts + record.top5Fields + ["\(record.margin)"])
    }
  }
}
