import CalibrantTasks

/// How the answers of arms become the numbers of a report.
public protocol ArmStatistics: Sendable {
  associatedtype Answers: Sendable

  /// What is measured first, and judged.
  var kind: MetricKind { get }

  /// How intervals come about, as a report says it: "Wilson for top-1, Newcombe's paired method for the change".
  var intervals: String { get }

  /// The metric of one arm.
  func summary(of answers: Answers) -> MetricSummary

  /// What an arm loses beside another on the same images.
  func difference(from before: Answers, to after: Answers) -> MetricDifference

  /// Whether the loss stays below a margin (a fraction, 0.01 = one point).
  func judgement(from before: Answers, to after: Answers, maxDrop: Double) -> Judgement

  /// Whether an arm agrees with the original on more than a share of its answers.
  func agreementJudgement(from original: Answers, to arm: Answers, least: Double) -> Judgement

  /// The share of images with the same answer; nil where that is no question, or not known.
  func agreement(of one: Answers, with other: Answers) -> Double?

  /// How many times smaller one arm's loss is than another's; nil where that cannot be said.
  func dropRatio(original: Answers, larger: Answers, smaller: Answers) -> DropRatio?
}

extension ArmStatistics {
  public func dropRatio(original: Answers, larger: Answers, smaller: Answers) -> DropRatio? { nil }
}

/// A metric of one arm.
public struct MetricSummary: Sendable, Hashable {
  /// nil where there is nothing that it could be taken of.
  public var value: Double?
  /// 95 %; nil where it cannot be said.
  public var interval: Interval?
  /// The share of images whose true class is among the five highest, of classification.
  public var top5: Double?
  public var details = MetricDetails()

  public init(value: Double?, interval: Interval?, top5: Double? = nil) {
    (self.value, self.interval, self.top5) = (value, interval, top5)
  }
}

/// What an arm loses beside another.
public struct MetricDifference: Sendable, Hashable {
  /// The metric before minus the metric after; negative = better. nil where either has no value.
  public var drop: Double?
  /// 95 %.
  public var interval: Interval?
  public var pValue: Double?
  public var midP: Double?
  /// Images right before and wrong after, and the other way round; nil where images are not right or wrong.
  public var broken: Int?
  public var fixed: Int?

  public init(
    drop: Double?, interval: Interval?, pValue: Double?, midP: Double? = nil, broken: Int? = nil,
    fixed: Int? = nil
  ) {
    (self.drop, self.interval, self.pValue) = (drop, interval, pValue)
    (self.midP, self.broken, self.fixed) = (midP, broken, fixed)
  }
}
