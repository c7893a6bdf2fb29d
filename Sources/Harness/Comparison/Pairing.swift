/// An activation-based arm against the best weight-based arm of its scheme on the same images.
///
/// The opponent is picked by its accuracy on these very images, which favours it: what the
/// activation-based arm gains here, it gains against the strongest alternative.
public struct Pairing: Sendable, Codable, Hashable {
  public let scheme: String
  public let activationBased: String
  public let weightBased: String

  /// The drop of the activation-based arm minus that of the other; negative = it is better.
  public let difference: Double

  /// Newcombe for paired proportions, 95 %.
  public let differenceInterval: Interval

  /// McNemar, exact.
  public let pValue: Double
  public let midP: Double

  init(_ activationBased: ArmEvaluation, against weightBased: ArmEvaluation, scheme: String) {
    let counts = PairedCounts(before: weightBased.records, after: activationBased.records)
    let test = McNemar(broken: counts.broken, fixed: counts.fixed)
    self.scheme = scheme
    self.activationBased = activationBased.arm.name
    self.weightBased = weightBased.arm.name
    difference = counts.drop
    differenceInterval = Newcombe.interval(counts)
    pValue = test.pValue
    midP = test.midP
  }

  /// One pairing per activation-based arm whose scheme also has a weight-based one; of equally
  /// good opponents the first.
  static func all(of evaluations: [ArmEvaluation]) -> [Pairing] {
    var best: [String: (evaluation: ArmEvaluation, correct: Int)] = [:]
    for evaluation in evaluations where evaluation.arm.kind == .weightBased {
      guard let scheme = evaluation.arm.scheme else { continue }
      let correct = evaluation.records.count(where: \.isCorrect)
      if let known = best[scheme], known.correct >= correct { continue }
      best[scheme] = (evaluation, correct)
    }
    return evaluations.compactMap { evaluation in
      guard evaluation.arm.kind == .activationBased, !evaluation.arm.isAblation,
        let scheme = evaluation.arm.scheme,
        let opponent = best[scheme]
      else { return nil }
      return Pairing(evaluation, against: opponent.evaluation, scheme: scheme)
    }
  }
}
