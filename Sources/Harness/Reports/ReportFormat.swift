/// One way to write a result down: a pure function, without a clock and without absolute paths.
public protocol ReportFormat: Sendable {
  /// How a person names the format: "html".
  static var name: String { get }

  /// The file it becomes in a report's folder; nil when it is for the terminal.
  static var fileName: String? { get }

  init()

  /// nil where the result has nothing that the format is for.
  func render(_ report: any Reportable) -> String?
}

extension ReportFormat {
  /// Of classifiers.
  public func render(_ comparison: Comparison, evaluations: [ArmEvaluation]) -> String {
    render(
      ComparisonRun.Outcome(
        comparison: comparison, listing: ClassListing(comparison, evaluations))) ?? ""
  }
}
