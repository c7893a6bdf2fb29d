import Foundation
import CalibrantTasks

/// What a comparison of one model among several came to: the arm to ship, or the nearest to it (`Shipping`).
public struct ModelRow: Sendable {
  /// As the report names it.
  public let model: String
  public let sha256: String?
  /// nil where nothing but the original was measured, or the comparison failed.
  let arm: ArmResult?
  /// Where the arm's file is, from the folder that the command ran in.
  let file: String?
  let metric: MetricKind?
  public let verdict: Verdict?
  public let hasFailed: Bool

  /// - Parameter folder: the report's; nil keeps no files.
  public init(_ comparison: Comparison, in folder: String?) {
    model = comparison.facts.model.name
    sha256 = comparison.facts.model.sha256
    let chosen = comparison.shipping?.file.result
    arm = chosen
    let kept = folder.flatMap { folder in chosen?.file.map { "\(folder)/\($0)" } }
    file = chosen?.kind == .given ? nil : kept
    metric = comparison.kind
    verdict = comparison.verdict
    hasFailed = false
  }

  /// Of a model whose comparison ended with an error.
  public init(failed path: String) {
    model = URL(filePath: path).lastPathComponent
    (sha256, arm, file, metric, verdict, hasFailed) = (nil, nil, nil, nil, nil, true)
  }

  /// The worst verdict: 1 where one is FAIL, else 2 where one is INCONCLUSIVE.
  public static func exitCode(of rows: [ModelRow]) -> Int32 {
    let verdicts = rows.compactMap(\.verdict)
    return verdicts.contains(.fail) ? 1 : verdicts.contains(.inconclusive) ? 2 : 0
  }

  /// All models and what to ship of each, in 80 columns.
  public static func table(_ rows: [ModelRow]) -> String {
    let names = rows.compactMap(\.arm?.name)
    let width = min(40, names.map(\.count).max() ?? 0)
    var lines = [padded("", width + 2) + "    size  change [95 %], points     verdict"]
    for row in rows {
      lines.append(row.model)
      lines.append("  " + row.line(width))
    }
    let kinds = Set(rows.compactMap(\.metric?.name)).sorted()
    return
      (lines + [
        "", "change = the quantized model's \(kinds.joined(separator: ", ")) minus the original's.",
      ]).joined(separator: "\n")
  }

  private func line(_ width: Int) -> String {
    if hasFailed { return "failed, as said above" }
    guard let arm, let drop = arm.drop else { return "nothing but the original was measured" }
    let change = MetricText.change(drop, arm.dropInterval)
    let size = arm.compression.map { "÷" + ReportText.fixed($0, 2) } ?? ""
    return Self.padded(arm.name, width) + Self.padded(size, 8, isRight: true)
      + Self.padded(change, 24, isRight: true) + "  " + ReportText.word(arm.verdict)
  }

  private static func padded(_ text: String, _ width: Int, isRight: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return isRight ? space + text : text + space
  }
}

/// A table of comparisons, to which every run adds its models.
public enum ResultsTable {
  static let header = [
    "model", "sha256", "arm", "file", "bytes", "compression", "metric", "value", "drop",
    "dropLower", "dropUpper", "verdict", "version",
  ]

  private static var headerLine: String {
    var csv = CSV()
    csv.line(header)
    return csv.text
  }

  /// - Throws: `HarnessError.badResult` for a file that is there and has other columns.
  public static func check(_ path: String) throws(HarnessError) {
    var facts = stat()
    guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
      let file = FileHandle(forReadingAtPath: path)
    else { return }
    let start = (try? file.read(upToCount: headerLine.utf8.count)) ?? Data()
    guard start.isEmpty || start == Data(headerLine.utf8) else {
      throw .badResult(path: path, reason: "its columns are not those of --results")
    }
  }

  /// Adds a row, after a header where there is none yet: wholly, or not at all.
  ///
  /// - Throws: `ModelError.cannotWrite`, and as `check` does.
  public static func append(_ row: ModelRow, to path: String) throws {
    try check(path)
    try AppendedFile.append(row.csv, to: path, header: headerLine)
  }
}

extension ModelRow {
  /// A line of `ResultsTable`.
  var csv: String {
    var csv = CSV()
    func texts(_ fields: String?...) {
      for field in fields {
        csv.append(field ?? "")
        csv.comma()
      }
    }
    func number(_ value: Double?) {
      if let value { csv.append(value) }
      csv.comma()
    }
    texts(model, sha256, arm?.name, file, arm.map { "\($0.bytes)" })
    number(arm?.compression)
    texts(metric?.name)
    for value in [arm?.metric, arm?.drop, arm?.dropInterval?.lower, arm?.dropInterval?.upper] {
      number(value)
    }
    texts(hasFailed ? "error" : arm?.verdict?.rawValue)
    csv.append(ProgramVersion.current)
    csv.endLine()
    return csv.text
  }
}
