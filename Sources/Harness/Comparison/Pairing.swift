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

  /// 95 %: Newcombe for paired proportions, or a confidence sequence where the run stopped early.
  public let differenceInterval: Interval

  /// McNemar, exact; where the run stopped early, an anytime-valid one.
  public let pValue: Double
  public let midP: Double

  /// How many times smaller its drop is; nil where the images do not show that it is smaller at all,
  /// or do not tell it from zero.
  public let timesSmaller: DropRatio?

  init(
    _ activationBased: ArmEvaluation, against weightBased: ArmEvaluation, original: ArmEvaluation,
    scheme: String, sampling: Sampling
  ) {
    let counts = PairedCounts(before: weightBased.records, after: activationBased.records)
    let test = sampling.pValues(counts)
    self.scheme = scheme
    self.activationBased = activationBased.arm.name
    self.weightBased = weightBased.arm.name
    difference = counts.drop
    differenceInterval = sampling.interval(counts)
    pValue = test.exact
    midP = test.mid
    // Fieller's interval is for a number of images fixed beforehand.
    timesSmaller =
      sampling == .sequential
      ? nil
      : DropRatio(
        original: original.records, larger: weightBased.records, smaller: activationBased.records)
  }

  /// One pairing per activation-based arm whose scheme also has a weight-based one; of equally
  /// good opponents the first.
  static func all(of evaluations: [ArmEvaluation], sampling: Sampling) -> [Pairing] {
    guard let original = evaluations.first else { return [] }
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
      return Pairing(
        evaluation, against: opponent.evaluation, original: original, scheme: scheme,
        sampling: sampling)
    }
  }
}
