/// The columns that wide tables share, what decides first.
struct ReportColumn {
  let title: String
  let isNumber: Bool
  let cell: @Sendable (ArmResult) -> String

  /// Those of a comparison: with the drop by hardware where there are several, and with the speed where it was measured.
  static func all(of comparison: Comparison) -> [ReportColumn] {
    let several = comparison.arms.contains { $0.hardware?.count ?? 0 > 1 }
    let isTimed = comparison.arms.contains { $0.speed != nil }
    return all[..<3] + (several ? byHardware : []) + all[3...] + (isTimed ? [speed] : [])
  }

  private static let byHardware = [
    ReportColumn(title: "drop with VNNI", isNumber: true) { arm in
      arm.hardware?[.exact].map(HardwareText.drop) ?? "–"
    },
    ReportColumn(title: "drop without VNNI", isNumber: true) { arm in
      arm.hardware?[.noVNNI].map(HardwareText.drop) ?? "–"
    },
    ReportColumn(title: "same top-1 on both %", isNumber: true) { arm in
      arm.hardwareAgreement.map { ReportText.percent($0) } ?? "–"
    },
  ]

  private static let all = [
    ReportColumn(title: "arm", isNumber: false) { $0.name },
    ReportColumn(title: "verdict", isNumber: false) { ReportText.word($0.verdict) },
    ReportColumn(title: "drop [95 %], points", isNumber: true) { arm in
      guard let drop = arm.drop, let interval = arm.dropInterval else { return "–" }
      return "\(ReportText.points(drop)) \(ReportText.points(interval))"
    },
    ReportColumn(title: "top-1 % [95 %]", isNumber: true) {
      "\(ReportText.percent($0.top1)) \(ReportText.percent($0.top1Interval))"
    },
    ReportColumn(title: "compression", isNumber: true) { arm in
      arm.compression.map { ReportText.fixed($0, 2) + "×" } ?? "–"
    },
    ReportColumn(title: "size", isNumber: true) { ReportText.bytes($0.bytes) },
    ReportColumn(title: "top-5 %", isNumber: true) { ReportText.percent($0.top5) },
    ReportColumn(title: "broken / fixed", isNumber: true) { arm in
      guard let broken = arm.broken, let fixed = arm.fixed else { return "–" }
      return "\(ReportText.count(broken)) / \(ReportText.count(fixed))"
    },
    ReportColumn(title: "p (Holm)", isNumber: true) { arm in
      arm.adjustedP.map { $0 < 0.001 ? "< 0.001" : ReportText.fixed($0, 3) } ?? "–"
    },
    ReportColumn(title: "same top-1 %", isNumber: true) { arm in
      arm.agreement.map { ReportText.percent($0) } ?? "–"
    },
    ReportColumn(title: "SQNR dB", isNumber: true) { arm in
      arm.logitSQNR.map { ReportText.fixed($0, 1) } ?? "–"
    },
  ]

  private static let speed = ReportColumn(title: "speed [95 %]", isNumber: true) { arm in
    arm.speed.map(SpeedText.cell) ?? "–"
  }
}
