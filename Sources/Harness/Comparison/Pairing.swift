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

  /// 95 %.
  public let differenceInterval: Interval

  public let pValue: Double
  public let midP: Double

  /// How many times smaller its drop is; nil where the images do not show that it is smaller at all,
  /// or do not tell it from zero.
  public let timesSmaller: DropRatio?

  private init?<Statistics: ArmStatistics>(
    _ activationBased: MeasuredArm<Statistics.Answers>,
    against weightBased: MeasuredArm<Statistics.Answers>,
    original: MeasuredArm<Statistics.Answers>, scheme: String, _ statistics: Statistics
  ) {
    let measured = statistics.difference(from: weightBased.answers, to: activationBased.answers)
    guard let drop = measured.drop, let interval = measured.interval, let pValue = measured.pValue
    else { return nil }
    self.scheme = scheme
    self.activationBased = activationBased.arm.name
    self.weightBased = weightBased.arm.name
    difference = drop
    differenceInterval = interval
    self.pValue = pValue
    midP = measured.midP ?? pValue
    timesSmaller = statistics.dropRatio(
      original: original.answers, larger: weightBased.answers, smaller: activationBased.answers)
  }

  /// One pairing per activation-based arm whose scheme also has a weight-based one; of equally
  /// good opponents the first.
  static func all<Statistics: ArmStatistics>(
    of measured: [MeasuredArm<Statistics.Answers>], _ statistics: Statistics
  ) -> [Pairing] {
    guard let original = measured.first else { return [] }
    var best: [String: (arm: MeasuredArm<Statistics.Answers>, value: Double)] = [:]
    for arm in measured where arm.arm.kind == .weightBased {
      guard let scheme = arm.arm.scheme else { continue }
      let value = statistics.summary(of: arm.answers).value ?? -.infinity
      if let known = best[scheme], known.value >= value { continue }
      best[scheme] = (arm, value)
    }
    return measured.compactMap { arm in
      guard arm.arm.kind == .activationBased, !arm.arm.isAblation, let scheme = arm.arm.scheme,
        let opponent = best[scheme]
      else { return nil }
      return Pairing(arm, against: opponent.arm, original: original, scheme: scheme, statistics)
    }
  }
}
