import CalibrantEngine

/// What a report says of an arm on one kind of hardware.
public struct HardwareResult: Sendable, Codable, Hashable {
  /// The metric that is judged; nil where there was nothing to take it of.
  public let metric: Double?
  /// 95 %.
  public let metricInterval: Interval?
  /// nil where there is nothing to compare with.
  public let drop: Double?
  public let dropInterval: Interval?
  /// The share of images with the same answer as what it is compared with.
  public let agreement: Double?
  public let logitSQNR: Double?
  public let verdict: Verdict?

  init<Statistics: ArmStatistics>(
    _ measured: MeasuredOnHardware<Statistics.Answers>, against original: Statistics.Answers?,
    _ statistics: Statistics, _ limits: VerdictLimits = VerdictLimits()
  ) {
    let summary = statistics.summary(of: measured.answers)
    let difference = original.map { statistics.difference(from: $0, to: measured.answers) }
    metric = summary.value
    metricInterval = summary.interval
    drop = difference?.drop
    dropInterval = difference?.interval
    agreement = original.flatMap { statistics.agreement(of: $0, with: measured.answers) }
    logitSQNR = original == nil ? nil : measured.logitSQNR
    verdict = original.flatMap {
      limits.judgement(from: $0, to: measured.answers, statistics)?.verdict
    }
  }

  /// As `report.json` spells them.
  private enum CodingKeys: String, CodingKey {
    case metric = "top1"
    case metricInterval = "top1Interval"
    case drop, dropInterval, agreement, logitSQNR, verdict
  }
}

/// Results by the name of the hardware.
public typealias HardwareResults = [String: HardwareResult]

extension HardwareResults {
  public subscript(_ hardware: Hardware) -> HardwareResult? { self[hardware.rawValue] }

  /// The kinds of hardware measured, exact first.
  public var measured: [(hardware: Hardware, result: HardwareResult)] {
    Hardware.allCases.compactMap { one in self[one].map { (one, $0) } }
  }

  init<Statistics: ArmStatistics>(
    _ measured: [MeasuredOnHardware<Statistics.Answers>], against original: Statistics.Answers?,
    _ statistics: Statistics, _ limits: VerdictLimits = VerdictLimits()
  ) {
    self.init(
      uniqueKeysWithValues: measured.map {
        (
          $0.hardware.rawValue,
          HardwareResult($0, against: original, statistics, limits)
        )
      })
  }

  /// - Parameters:
  ///   - keys: what the metric and its interval are called.
  ///   - answers: what is to be kept of the answers, so that shards can be joined.
  func json(_ keys: MetricKeys, _ answers: (Hardware) -> [JSONValue.Member]) -> JSONValue {
    .object(
      measured.map { hardware, result in
        .init(
          hardware.rawValue,
          .object(
            [
              .init(keys.value, result.metric), .init(keys.interval, result.metricInterval),
              .init("drop", result.drop), .init("dropInterval", result.dropInterval),
              .init("agreement", result.agreement), .init("logitSQNR", result.logitSQNR),
              .init("verdict", result.verdict),
            ] + answers(hardware)))
      })
  }
}
