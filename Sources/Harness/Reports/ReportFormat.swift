/// One way to write a comparison down: a pure function, without a clock and without absolute paths.
public protocol ReportFormat: Sendable {
  /// How a person names the format: "html".
  static var name: String { get }

  /// The file it becomes in a report's folder; nil when it is for the terminal.
  static var fileName: String? { get }

  init()

  /// - Parameter listing: what `comparison` was made of, for formats that list single answers.
  func render(_ comparison: Comparison, _ listing: any AnswerListing) -> String
}

extension ReportFormat {
  /// Of classifiers.
  public func render(_ comparison: Comparison, evaluations: [ArmEvaluation]) -> String {
    render(comparison, ClassListing(comparison, evaluations))
  }
}
