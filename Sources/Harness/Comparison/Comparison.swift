import CalibrantTasks

/// Original against quantized on the same images: a pure function of facts and of what the arms answered.
public struct Comparison: Sendable, Hashable {
  public let facts: ComparisonFacts

  /// What is measured and judged: top-1, mAP, …
  public let kind: MetricKind

  /// How intervals came about: "Wilson for top-1, …".
  public let intervals: String

  /// The original first, then every quantized arm in the order given.
  public internal(set) var arms: [ArmResult]

  /// What observing activations is worth, per activation-based arm.
  public let pairings: [Pairing]

  /// What each method made of each activation, in the order of the graph; empty where none is rounded.
  public let activations: [ActivationComparison]

  /// - Parameter measured: the original first; all of the same images in the same order.
  public init<Statistics: ArmStatistics>(
    facts: ComparisonFacts, _ measured: [MeasuredArm<Statistics.Answers>],
    _ statistics: Statistics, activations: [ActivationComparison] = []
  ) {
    precondition(measured.first?.arm.kind == .original, "a comparison starts with the original")
    precondition(
      measured.dropFirst().allSatisfy { $0.arm.kind != .original },
      "a comparison has one original")
    self.facts = facts
    kind = statistics.kind
    intervals = statistics.intervals
    arms = Self.adjusted(
      measured.enumerated().map { index, arm in
        ArmResult(
          arm, against: index == 0 ? nil : measured[0], statistics, facts.limits)
      })
    pairings = Pairing.all(of: measured, statistics)
    self.activations = activations
  }

  /// Of classifiers.
  ///
  /// - Parameter evaluations: the original first; all of the same images in the same order.
  public init(
    facts: ComparisonFacts, evaluations: [ArmEvaluation], activations: [ActivationComparison] = []
  ) {
    for evaluation in evaluations.dropFirst() {
      precondition(
        evaluation.records.elementsEqual(evaluations[0].records) {
          $0.path == $1.path && $0.label == $1.label
        }, "every arm must hold the same images in the same order")
    }
    self.init(
      facts: facts, evaluations, ClassificationStatistics(facts.sampling), activations: activations)
  }

  /// Every quantized file is one test of "as accurate as the original", whatever arms it is of.
  private static func adjusted(_ arms: [ArmResult]) -> [ArmResult] {
    var arms = arms
    let adjusted = Holm.adjusted(arms.map(\.pValue), of: arms.map { $0.sha256 ?? $0.name })
    for (index, p) in adjusted.enumerated() { arms[index].adjustedP = p }
    return arms
  }

  public var original: ArmResult { arms[0] }

  /// The arms that the overall verdict is about: activation-based and given ones, or weight-based where
  /// there are none.
  public var judgedArms: [ArmResult] {
    let candidates = arms.filter {
      $0.kind == .given || ($0.kind == .activationBased && !$0.isAblation)
    }
    return candidates.isEmpty ? arms.filter { $0.kind == .weightBased } : candidates
  }

  /// The worst verdict of `judgedArms`: fail before inconclusive before pass; nil without a margin.
  public var verdict: Verdict? {
    let verdicts = judgedArms.compactMap(\.verdict)
    if verdicts.isEmpty { return nil }
    if verdicts.contains(.fail) { return .fail }
    return verdicts.contains(.inconclusive) ? .inconclusive : .pass
  }

  /// 0 pass or no margin, 1 fail, 2 inconclusive.
  public var exitCode: Int32 {
    switch verdict {
    case .fail: 1
    case .inconclusive: 2
    case .pass, nil: 0
    }
  }
}
