import Engine

/// What a model said of every image when computed in one arithmetic.
public struct HardwareRecords: Sendable, Codable, Hashable {
  public var hardware: Hardware
  public var records: [Record]
  /// Of the scores, against the original's.
  public var logitSQNR: Double?
  public var logitKL: Double?

  public init(
    _ hardware: Hardware, _ records: [Record], logitSQNR: Double? = nil, logitKL: Double? = nil
  ) {
    (self.hardware, self.records) = (hardware, records)
    (self.logitSQNR, self.logitKL) = (logitSQNR, logitKL)
  }
}

extension ArmEvaluation {
  /// The same, its figures those of the hardware on which it does worst.
  func led(
    by worst: HardwareRecords?
  ) -> ArmEvaluation {
    guard let worst else { return self }
    var result = self
    (result.records, result.logitSQNR, result.logitKL) = (
      worst.records, worst.logitSQNR, worst.logitKL
    )
    return result
  }

  /// By verdict, then by accuracy, then by agreement with the original; of equals the first.
  func worst(
    against original: ArmEvaluation, maxDrop: Double?, sampling: Sampling
  ) -> HardwareRecords? {
    func severity(_ one: HardwareRecords) -> [Double] {
      let counts = PairedCounts(before: original.records, after: one.records)
      let verdict = maxDrop.map { Judgement(counts, maxDrop: $0, sampling: sampling).verdict }
      let agreement = agreeing(original.records, one.records) ?? 1
      return [verdict?.severity ?? 0, counts.drop, -agreement]
    }
    let severities = hardware.map(severity)
    let worst = hardware.indices.reduce(0) { worst, index in
      severities[worst].lexicographicallyPrecedes(severities[index]) ? index : worst
    }
    return hardware.isEmpty ? nil : hardware[worst]
  }
}

extension Verdict {
  fileprivate var severity: Double {
    switch self {
    case .pass: 0
    case .inconclusive: 1
    case .fail: 2
    }
  }
}

extension [ArmEvaluation] {
  /// Each arm led by its worst hardware. Where one arm was measured on several, all have them: what clamps nothing
  /// computes the same everywhere.
  func ledByWorst(maxDrop: Double?, sampling: Sampling) -> [ArmEvaluation] {
    guard let original = first, contains(where: { !$0.hardware.isEmpty }) else { return self }
    let all = Hardware.allCases.filter { one in
      contains { $0.hardware.contains { $0.hardware == one } }
    }
    return map { evaluation in
      var completed = evaluation
      completed.hardware = all.compactMap { one in
        evaluation.hardware.first { $0.hardware == one }
          ?? (evaluation.saturation.isEmpty
            ? HardwareRecords(
              one, evaluation.records, logitSQNR: evaluation.logitSQNR,
              logitKL: evaluation.logitKL) : nil)
      }
      return completed.led(
        by: completed.worst(against: original, maxDrop: maxDrop, sampling: sampling))
    }
  }
}
