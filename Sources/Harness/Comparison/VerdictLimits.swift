/// What an arm must keep to pass.
struct VerdictLimits {
  /// The largest drop of the metric, a fraction.
  var maxDrop: Double?
  /// The least agreement with the original, a fraction.
  var minAgreement: Double?

  /// nil where nothing is asked for.
  func judgement<Statistics: ArmStatistics>(
    from original: Statistics.Answers, to arm: Statistics.Answers, _ statistics: Statistics
  ) -> Judgement? {
    Judgement.worse(
      maxDrop.map { statistics.judgement(from: original, to: arm, maxDrop: $0) },
      minAgreement.map { statistics.agreementJudgement(from: original, to: arm, least: $0) })
  }
}

extension ComparisonFacts {
  var limits: VerdictLimits { VerdictLimits(maxDrop: maxDrop, minAgreement: minAgreement) }
}
