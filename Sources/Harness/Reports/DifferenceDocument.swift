extension ResultDifference: Reportable {
  public var document: ReportDocument {
    ReportDocument(
      title: "\(oldName) → \(newName)", suite: "calibrant diff \(newName)", verdict: conclusion,
      headline: sentence, checks: arms.map(check),
      blocks: [
        .facts([pairing] + unpairedNames + [circumstances]),
        .table(table), .legend(legend),
      ]
        + arms.map { .section("\($0.name): images", Self.needed($0) + Self.changed($0)) })
  }

  /// The verdict where there is a margin, else the finding.
  private var conclusion: ReportDocument.Conclusion {
    let word = verdict.map { ReportText.word($0) } ?? finding.rawValue.uppercased()
    return .init(word: word, tone: verdict ?? finding.tone)
  }

  private var table: ReportTable {
    let isJudged = maxDrop != nil
    return ReportTable(
      caption: "Every arm on the same images", label: "Differences by arm",
      [.init(title: "arm", isNumber: false), .init(title: "finding", isNumber: false)]
        + (isJudged ? [.init(title: "verdict", isNumber: false)] : [])
        + ["old %", "new %", "change [95 %], points", "broken / fixed", "p (Holm)"].map {
          .init(title: $0)
        },
      arms.map { arm in
        [.init(arm.name), .init(arm.finding.rawValue, style: arm.finding.tone?.rawValue)]
          + (isJudged
            ? [.init(ReportText.word(arm.verdict), style: arm.verdict?.rawValue)] : [])
          + figures(of: arm).map { .init($0) }
      })
  }

  private func figures(of arm: Arm) -> [String] {
    let counts = arm.difference.broken.flatMap { broken in
      arm.difference.fixed.map { "\(ReportText.count(broken)) / \(ReportText.count($0))" }
    }
    return [
      MetricText.value(arm.old), MetricText.value(arm.new),
      MetricText.change(arm.difference), counts ?? "–",
      arm.adjustedP.map { $0 < 0.001 ? "< 0.001" : ReportText.fixed($0, 3) } ?? "–",
    ]
  }

  private var legend: [String] {
    [
      "change = the new result's \(metric) minus the old one's, in points, on the same images: minus is worse.",
      "[ ] = 95 % intervals: \(intervals)."
        + (arms.count > 1 ? " p is adjusted for \(arms.count) arms (Holm)." : ""),
    ]
      + (maxDrop.map {
        [
          "verdict = one-sided 95 % interval of the change against -\(ReportText.percent($0)) points."
        ]
      } ?? [])
  }

  private func check(_ arm: Arm) -> ReportCheck {
    let isWorse = arm.finding == .worse
    return ReportCheck(
      group: newName, name: arm.name,
      verdict: maxDrop == nil ? (isWorse ? .fail : .pass) : arm.verdict,
      sentence: "\(arm.finding.rawValue): \(figures(arm))")
  }
}

extension ResultDifference.Finding {
  /// How it is to be taken; nil is no news.
  fileprivate var tone: Verdict? {
    switch self {
    case .worse: .fail
    case .better: .pass
    case .noEvidence: nil
    }
  }
}
