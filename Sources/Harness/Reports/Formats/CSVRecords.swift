/// Every prediction of every arm, one per line: what any other statistic can be computed from.
public struct CSVRecords: ReportFormat {
  public static let name = "csv"
  public static let fileName: String? = "records.csv"

  public init() {}

  public func render(_ comparison: Comparison, evaluations: [ArmEvaluation]) -> String {
    let header = ["arm", "path", "contentHash", "label"] + Record.top5Header + ["margin"]
    // A million lines for 20 arms on 50,000 images: appended in place.
    var text = CSV.line(header)
    for evaluation in evaluations {
      var arm = ""
      CSV.append(evaluation.arm.name, to: &arm)
      for record in evaluation.records {
        text += arm
        text += ","
        CSV.append(record.path, to: &text)
        text += ","
        CSV.append(record.contentHash, to: &text)
        text += ","
        text += String(record.label)
        record.appendScores(to: &text)
      }
    }
    return text
  }
}

/// The predictions of one evaluated model.
public enum Predictions {
  /// `path,label,top1,…,top5,margin`, one line per image after the header.
  public static func csv(_ records: [Record]) -> String {
    let header = ["path", "label"] + Record.top5Header + ["margin"]
    return records.reduce(into: CSV.line(header)) { text, record in
      CSV.append(record.path, to: &text)
      text += ",\(record.label)"
      record.appendScores(to: &text)
    }
  }
}
