/// The result as text for a terminal.
public struct TerminalReport: ReportFormat {
  public static let name = "terminal"
  public static let fileName: String? = nil

  public init() {}

  public func render(_ report: any Reportable) -> String? { report.text }
}
