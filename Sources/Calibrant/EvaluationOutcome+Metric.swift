import CalibrantHarness

extension EvaluationOutcome {
  /// The metric of the task, top-1 of classification; a share of 0…1. nil where there was nothing to take it of.
  public var metric: Double? {
    switch self {
    case .classes(let report): report.result.top1
    case .task(let report): report.result.metric
    }
  }

  /// Of the metric, 95 %.
  public var interval: Interval? {
    switch self {
    case .classes(let report): report.result.top1Interval
    case .task(let report): report.result.metricInterval
    }
  }
}
