/// What a model is worth on images.
public enum EvaluationOutcome: Reportable {
  case classes(EvaluationReport)
  case task(TaskEvaluation)

  private var report: any Reportable {
    switch self {
    case .classes(let report): report
    case .task(let report): report
    }
  }

  public var document: ReportDocument { report.document }
  public var text: String { report.text }
  public var json: String { report.json }
  public var recordsCSV: String? { report.recordsCSV }

  /// The same without what clocks said: equal for every run that measures the same.
  public var withoutTiming: EvaluationOutcome {
    switch self {
    case .classes(var report):
      report.result.leaveOutTiming()
      return .classes(report)
    case .task(var report):
      report.seconds = nil
      return .task(report)
    }
  }

  /// Takes what the run had to say against believing it.
  mutating func add(_ messages: RunMessages) {
    switch self {
    case .classes(var report):
      report.result.warnings = messages.warnings
      self = .classes(report)
    case .task(var report):
      report.warnings = messages.warnings
      self = .task(report)
    }
    messages.tellHeldBack()
  }
}
