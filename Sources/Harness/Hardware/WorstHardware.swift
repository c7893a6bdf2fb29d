import CalibrantEngine

extension MeasuredArm {
  /// The same, its figures those of one kind of hardware.
  func led(by one: MeasuredOnHardware<Answers>?) -> MeasuredArm {
    guard let one else { return self }
    var result = self
    (result.answers, result.logitSQNR, result.logitKL) = (one.answers, one.logitSQNR, one.logitKL)
    return result
  }

  /// Where it does worst: by verdict, then by the metric, then by agreement with the original; of equals the first.
  func worst<Statistics: ArmStatistics>(
    against original: MeasuredArm, _ statistics: Statistics, _ limits: VerdictLimits
  ) -> MeasuredOnHardware<Answers>? where Statistics.Answers == Answers {
    func severity(_ one: MeasuredOnHardware<Answers>) -> [Double] {
      let verdict = limits.judgement(from: original.answers, to: one.answers, statistics)?.verdict
      let drop = statistics.difference(from: original.answers, to: one.answers).drop
      let agreement = statistics.agreement(of: original.answers, with: one.answers)
      return [verdict?.severity ?? 0, drop ?? 0, -(agreement ?? 1)]
    }
    let severities = hardware.map(severity)
    let worst = hardware.indices.reduce(0) { worst, index in
      severities[worst].lexicographicallyPrecedes(severities[index]) ? index : worst
    }
    return hardware.isEmpty ? nil : hardware[worst]
  }
}

extension Verdict {
  var severity: Double {
    switch self {
    case .pass: 0
    case .inconclusive: 1
    case .fail: 2
    }
  }
}

/// Each arm led by its worst hardware. Where one arm was measured on several, all have them: what clamps nothing computes
/// the same everywhere.
///
/// - Parameter arms: the original first.
func ledByWorst<Statistics: ArmStatistics>(
  _ arms: [MeasuredArm<Statistics.Answers>], _ statistics: Statistics, _ limits: VerdictLimits
) -> [MeasuredArm<Statistics.Answers>] {
  guard let original = arms.first, arms.contains(where: { !$0.hardware.isEmpty }) else {
    return arms
  }
  let all = Hardware.allCases.filter { one in
    arms.contains { $0.hardware.contains { $0.hardware == one } }
  }
  return arms.map { arm in
    var completed = arm
    completed.hardware = all.compactMap { one in
      arm.hardware.first { $0.hardware == one }
        ?? (arm.saturation.isEmpty
          ? MeasuredOnHardware(
            one, arm.answers, logitSQNR: arm.logitSQNR, logitKL: arm.logitKL) : nil)
    }
    return completed.led(by: completed.worst(against: original, statistics, limits))
  }
}

extension [ArmEvaluation] {
  func ledByWorst(maxDrop: Double?, sampling: Sampling) -> [ArmEvaluation] {
    CalibrantHarness.ledByWorst(
      self, ClassificationStatistics(sampling), VerdictLimits(maxDrop: maxDrop))
  }
}
