import CalibrantTasks

/// What a metric is called in JSON.
struct MetricKeys {
  let value: String
  let interval: String

  static let classification = MetricKeys(value: "top1", interval: "top1Interval")
  static let general = MetricKeys(value: "metric", interval: "metricInterval")

  /// Classification has keys of its own, which scripts depend on.
  init(of task: TaskKind) {
    self = task == .classification ? .classification : .general
  }

  private init(value: String, interval: String) {
    (self.value, self.interval) = (value, interval)
  }
}

/// A metric in print.
enum MetricText {
  static func value(_ value: Double?) -> String { value.map { ReportText.percent($0) } ?? "–" }

  /// "93.10 [90.1, 95.3]"
  static func value(_ value: Double?, _ interval: Interval?) -> String {
    [Self.value(value), interval.map { ReportText.percent($0) }].compactMap(\.self)
      .joined(separator: " ")
  }

  /// What a drop is as a change, minus is worse: "-0.25 [-0.60, +0.10]"
  static func change(_ drop: Double?, _ interval: Interval?) -> String {
    guard let drop else { return "–" }
    return [ReportText.points(-drop), interval.map { ReportText.points($0.negated) }]
      .compactMap(\.self).joined(separator: " ")
  }

  static func change(_ difference: MetricDifference) -> String {
    change(difference.drop, difference.interval)
  }
}

extension MetricKind {
  /// At the start of a sentence: "Top-1", "mAP".
  var title: String {
    name.dropFirst().first?.isUppercase ?? false
      ? name : name.prefix(1).uppercased() + name.dropFirst()
  }
}
