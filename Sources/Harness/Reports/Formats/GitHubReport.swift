/// What it comes to and what is judged, as annotations of a GitHub job, a line each.
///
/// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
public struct GitHubReport: ReportFormat {
  public static let name = "github"
  public static let fileName: String? = nil

  public init() {}

  public func render(_ report: any Reportable) -> String? {
    let document = report.document
    let judged = document.checks.compactMap { check in
      check.verdict.map { verdict in
        Self.line(
          Self.level(verdict), title: "\(document.suite): \(check.name)",
          "\(ReportText.word(verdict)): \(check.sentence)")
      }
    }
    let summary = [document.advice?.sentence, document.headline].compactMap(\.self)
      .joined(separator: " ")
    return ([Self.line("notice", title: document.suite, summary)] + judged)
      .joined(separator: "\n") + "\n"
  }

  private static func level(_ verdict: Verdict) -> String {
    switch verdict {
    case .fail: "error"
    case .inconclusive: "warning"
    case .pass: "notice"
    }
  }

  private static func line(_ level: String, title: String, _ text: String) -> String {
    "::\(level) title=\(escaped(property: title))::\(escaped(text))"
  }

  /// Text as the data of a workflow command.
  private static func escaped(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func escaped(property text: String) -> String {
    escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
