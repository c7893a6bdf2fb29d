import CalibrantEngine
import CalibrantTasks

/// The columns of wide tables: those that decide, and the rest.
struct ReportColumn {
  let title: String
  let isNumber: Bool
  let cell: @Sendable (ArmResult) -> String

  init(_ title: String, isNumber: Bool = true, cell: @escaping @Sendable (ArmResult) -> String) {
    (self.title, self.isNumber, self.cell) = (title, isNumber, cell)
  }

  /// What decides which file to ship; the change by hardware where there are several.
  static func deciding(_ comparison: Comparison) -> [ReportColumn] {
    let several = comparison.arms.contains { $0.hardware?.count ?? 0 > 1 }
    return [verdict, change]
      + (several
        ? known([change(.exact, "with"), change(.noVNNI, "without")], in: comparison) : [])
      + [metric(comparison.kind)] + size
  }

  /// What else is known; the speed where it was measured.
  static func others(_ comparison: Comparison) -> [ReportColumn] {
    let several = comparison.arms.contains { $0.hardware?.count ?? 0 > 1 }
    let isTimed = comparison.arms.contains { $0.speed != nil }
    let same = comparison.facts.task.agreementTitle
    return answers(comparison, same)
      + (several ? known([onBoth(same)], in: comparison) : [])
      + (isTimed ? [speed] : [])
  }

  private static let verdict = ReportColumn("verdict", isNumber: false) {
    ReportText.word($0.verdict)
  }

  private static let change = ReportColumn("change [95 %], points") { arm in
    MetricText.change(arm.drop, arm.dropInterval)
  }

  private static func change(_ hardware: Hardware, _ word: String) -> ReportColumn {
    ReportColumn("change \(word) VNNI") { $0.hardware?[hardware].map(HardwareText.change) ?? "–" }
  }

  private static func onBoth(_ same: String) -> ReportColumn {
    ReportColumn("\(same) on both %") { arm in
      arm.hardwareAgreement.map { ReportText.percent($0) } ?? "–"
    }
  }

  private static func metric(_ kind: MetricKind) -> ReportColumn {
    ReportColumn("\(kind.name) % [95 %]") { MetricText.value($0.metric, $0.metricInterval) }
  }

  private static let size = [
    ReportColumn("size") { ReportText.bytes($0.bytes) },
    ReportColumn("÷") { arm in arm.compression.map { ReportText.fixed($0, 2) } ?? "–" },
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
      ReportColumn("\(original[index].title) %") { arm in
        MetricText.value(arm.details?.metrics[index].value)
      }
    }
    return details + known(answers(same), in: comparison)
  }

  private static func answers(_ same: String) -> [ReportColumn] {
    [
      ReportColumn("top-5 %") { MetricText.value($0.top5) },
      ReportColumn("broken / fixed") { arm in
        guard let broken = arm.broken, let fixed = arm.fixed else { return "–" }
        return "\(ReportText.count(broken)) / \(ReportText.count(fixed))"
      },
      ReportColumn("p (Holm)") { arm in
        arm.adjustedP.map { $0 < 0.001 ? "< 0.001" : ReportText.fixed($0, 3) } ?? "–"
      },
      ReportColumn("\(same) %") { arm in arm.agreement.map { ReportText.percent($0) } ?? "–" },
      ReportColumn("SQNR dB") { arm in arm.logitSQNR.map { ReportText.fixed($0, 1) } ?? "–" },
    ]
  }

  private static let speed = ReportColumn("speed [95 %]") { arm in
    arm.speed.map(SpeedText.cell) ?? "–"
  }
}
