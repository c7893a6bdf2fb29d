import Tasks

/// The columns that wide tables share, what decides first.
struct ReportColumn {
  let title: String
  let isNumber: Bool
  let cell: @Sendable (ArmResult) -> String

  /// Those of a comparison: with the drop by hardware where there are several, and with the speed where it was measured.
  static func all(of comparison: Comparison) -> [ReportColumn] {
    let several = comparison.arms.contains { $0.hardware?.count ?? 0 > 1 }
    let isTimed = comparison.arms.contains { $0.speed != nil }
    let same = comparison.facts.task.agreementTitle
    let hardware = several ? known(byHardware(same), in: comparison) : []
    return leading + hardware + [metric(comparison.kind)] + size
      + answers(comparison, same) + (isTimed ? [speed] : [])
  }

  private static func byHardware(_ same: String) -> [ReportColumn] {
    [
      ReportColumn(title: "drop with VNNI", isNumber: true) { arm in
        arm.hardware?[.exact].map(HardwareText.drop) ?? "–"
      },
      ReportColumn(title: "drop without VNNI", isNumber: true) { arm in
        arm.hardware?[.noVNNI].map(HardwareText.drop) ?? "–"
      },
      ReportColumn(title: "\(same) on both %", isNumber: true) { arm in
        arm.hardwareAgreement.map { ReportText.percent($0) } ?? "–"
      },
    ]
  }

  private static let leading = [
    ReportColumn(title: "arm", isNumber: false) { $0.name },
    ReportColumn(title: "verdict", isNumber: false) { ReportText.word($0.verdict) },
    ReportColumn(title: "drop [95 %], points", isNumber: true) { arm in
      MetricText.drop(arm.drop, arm.dropInterval)
    },
  ]

  private static func metric(_ kind: MetricKind) -> ReportColumn {
    ReportColumn(title: "\(kind.name) % [95 %]", isNumber: true) {
      MetricText.value($0.metric, $0.metricInterval)
    }
  }

  private static let size = [
    ReportColumn(title: "compression", isNumber: true) { arm in
      arm.compression.map { ReportText.fixed($0, 2) + "×" } ?? "–"
    },
    ReportColumn(title: "size", isNumber: true) { ReportText.bytes($0.bytes) },
  ]

  /// Of other tasks than classification, columns in which no arm has anything are left out.
  private static func known(
    _ columns: [ReportColumn], in comparison: Comparison
  ) -> [ReportColumn] {
    guard comparison.facts.task != .classification else { return columns }
    return columns.filter { column in comparison.arms.contains { column.cell($0) != "–" } }
  }

  /// What is known of answers.
  private static func answers(_ comparison: Comparison, _ same: String) -> [ReportColumn] {
    guard comparison.facts.task != .classification else { return answers(same) }
    let original = comparison.arms.first?.details?.metrics ?? []
    let details = original.indices.map { index in
      ReportColumn(title: "\(original[index].title) %", isNumber: true) { arm in
        MetricText.value(arm.details?.metrics[index].value)
      }
    }
    return details + known(answers(same), in: comparison)
  }

  private static func answers(_ same: String) -> [ReportColumn] {
    [
      ReportColumn(title: "top-5 %", isNumber: true) { MetricText.value($0.top5) },
      ReportColumn(title: "broken / fixed", isNumber: true) { arm in
        guard let broken = arm.broken, let fixed = arm.fixed else { return "–" }
        return "\(ReportText.count(broken)) / \(ReportText.count(fixed))"
      },
      ReportColumn(title: "p (Holm)", isNumber: true) { arm in
        arm.adjustedP.map { $0 < 0.001 ? "< 0.001" : ReportText.fixed($0, 3) } ?? "–"
      },
      ReportColumn(title: "\(same) %", isNumber: true) { arm in
        arm.agreement.map { ReportText.percent($0) } ?? "–"
      },
      ReportColumn(title: "SQNR dB", isNumber: true) { arm in
        arm.logitSQNR.map { ReportText.fixed($0, 1) } ?? "–"
      },
    ]
  }

  private static let speed = ReportColumn(title: "speed [95 %]", isNumber: true) { arm in
    arm.speed.map(SpeedText.cell) ?? "–"
  }
}
