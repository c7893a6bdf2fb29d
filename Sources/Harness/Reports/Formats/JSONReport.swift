/// The result for scripts.
public struct JSONReport: ReportFormat {
  public static let name = "json"
  public static let fileName: String? = "report.json"

  public init() {}

  public func render(_ report: any Reportable) -> String? { report.json }
}
