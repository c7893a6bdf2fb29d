/// Every report format: to add one, add its file and its line here.
public enum StandardFormats {
  public static let all: [any ReportFormat.Type] = [
    TerminalReport.self,
    MarkdownReport.self,
    HTMLReport.self,
    JSONReport.self,
    CSVRecords.self,
    JUnitReport.self,
    ModelCard.self,
    GitHubReport.self,
  ]
}
