/// Every answer, one per line: what any other statistic can be computed from.
public struct CSVRecords: ReportFormat {
  public static let name = "csv"
  public static let fileName: String? = "records.csv"

  public init() {}

  public func render(_ report: any Reportable) -> String? { report.recordsCSV }
}
