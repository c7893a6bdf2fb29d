/// The predictions of classifiers.
public enum Predictions {
  /// Of every arm: `arm,path,contentHash,label,top1,…,top5,margin`.
  static func csv(_ evaluations: [ArmEvaluation]) -> String {
    var csv = CSV()
    let hardware = evaluations.map(\.hardware).first { $0.count > 1 }?.map(\.hardware) ?? []
    csv.line(
      ["arm", "path", "contentHash", "label"] + Record.top5Header + ["margin"]
        + hardware.map { "top1_\($0.rawValue)" })
    // Every arm repeats the same images.
    let images = (evaluations.first?.records ?? []).map(Self.image)
    for evaluation in evaluations {
      var arm = CSV()
      arm.append(evaluation.arm.name)
      let measured = hardware.isEmpty ? [] : evaluation.hardware.map(\.records)
      for (index, image) in images.enumerated() {
        csv.append(arm)
        csv.append(image)
        evaluation.records[index].appendScores(to: &csv, also: measured.map { $0[index] })
      }
    }
    return csv.text
  }

  private static func image(_ record: Record) -> CSV {
    var csv = CSV()
    for field in [record.path, record.contentHash] {
      csv.comma()
      csv.append(field)
    }
    csv.comma()
    csv.append(record.label)
    return csv
  }

  /// `path,label,top1,…,top5,margin`, one line per image after the header.
  public static func csv(_ records: [Record]) -> String {
    var csv = CSV()
    csv.line(["path", "label"] + Record.top5Header + ["margin"])
    for record in records {
      csv.append(record.path)
      csv.comma()
      csv.append(record.label)
      record.appendScores(to: &csv)
    }
    return csv.text
  }
}
