import Tasks

/// The sentences that every format for people shares; plain text, to be escaped by the format.
struct ReportSummary {
  let comparison: Comparison

  init(_ comparison: Comparison) { self.comparison = comparison }

  private var facts: ComparisonFacts { comparison.facts }

  private var metric: MetricKind { comparison.kind }

  /// "activation-based arm", or "arm" where those that are judged are of several kinds.
  private var judged: String {
    let kinds = Set(comparison.judgedArms.map(\.kind))
    return kinds.count == 1 ? kinds.map { "\($0.rawValue) arm" }[0] : "arm"
  }

  private var margin: String { ReportText.percent(facts.maxDrop ?? 0) }

  /// The verdict word; nil when no margin was given.
  var verdictWord: String? { comparison.verdict.map(ReportText.word) }

  /// What the verdict means, or the best arm when there is none.
  var headline: String {
    let arms = comparison.judgedArms
    guard let verdict = comparison.verdict else { return best }
    let count = ReportText.count(arms.count, judged)
    let chosen = arms.count { $0.verdict == verdict }
    switch verdict {
    case .pass: return "\(requirement(metric.title)) in all of \(count)."
    case .fail: return "\(violation(metric.title)) in \(chosen) of \(count)."
    case .inconclusive:
      return "Too few images to tell whether \(requirement(metric.name)) "
        + "in \(chosen) of \(count)."
    }
  }

  /// What every arm has to keep, beginning with the metric's name.
  private func requirement(_ name: String) -> String {
    let drop = facts.maxDrop.map { "\(name) drops by less than \(ReportText.percent($0)) points" }
    return [drop, agreement.map { "\($0.name) stays above \($0.least) %" }].compactMap(\.self)
      .joined(separator: " and ")
  }

  private func violation(_ name: String) -> String {
    let drop = facts.maxDrop.map { "\(name) drops by more than \(ReportText.percent($0)) points" }
    return [drop, agreement.map { "\($0.name) falls below \($0.least) %" }].compactMap(\.self)
      .joined(separator: " or ")
  }

  /// The least agreement that was asked for.
  private var agreement: (name: String, least: String)? {
    facts.minAgreement.map { (facts.task.agreementTitle, ReportText.percent($0)) }
  }

  private var best: String {
    let measured = comparison.arms.filter { !$0.isAblation }.compactMap { arm in
      arm.drop.flatMap { drop in arm.dropInterval.map { (arm.name, drop, $0) } }
    }
    guard let (name, drop, interval) = measured.min(by: { $0.1 < $1.1 }) else {
      return "Only the original was measured."
    }
    return "Smallest drop of \(metric.name): \(ReportText.points(drop)) points "
      + "\(ReportText.points(interval)) by \(name). No margin was given, so no verdict."
  }

  /// What was measured, one line each.
  var circumstances: [String] {
    let model = facts.model
    let dataset = facts.dataset
    return [
      "\(model.name): \(ReportText.bytes(model.bytes)), "
        + ReportText.count(model.parameters, "parameter"),
      ReportText.count(dataset.count, "test image")
        + (dataset.classes == 0 ? "" : classes(dataset))
        + (dataset.calibrationCount == 0
          ? "" : ", " + ReportText.count(dataset.calibrationCount, "calibration image")),
    ] + [facts.provenance?.arithmeticSentence].compactMap(\.self)
  }

  /// Of images, or of what is labelled in them.
  private func classes(_ dataset: ComparisonFacts.Dataset) -> String {
    let all = ReportText.count(dataset.classes, "class")
    switch facts.task {
    case .detection: return ", boxes of \(all)"
    case .segmentation: return ", pixels of \(all)"
    case .classification, .embedding, .text, .fidelity:
      guard let some = dataset.classesWithImages, some < dataset.classes else {
        return " of \(all)"
      }
      return " of \(ReportText.count(some)) of \(all)"
    }
  }

  var legend: [String] {
    var lines = [
      "drop = the original's \(metric.name) minus this arm's, in points, on the same images.",
      "[ ] = 95 % intervals: \(comparison.intervals).",
    ]
    let tested = comparison.arms.count { $0.pValue != nil }
    if tested > 1 {
      lines.append(
        "\(tested) arms were compared: p is adjusted for that (Holm), intervals are each arm's own."
      )
    }
    if facts.maxDrop != nil {
      lines.append("verdict = one-sided 95 % interval of the drop against \(margin) points.")
    }
    if let agreement {
      lines.append(
        "verdict = one-sided 95 % interval of \(agreement.name), the agreement with the original, against "
          + "\(agreement.least) %.")
    }
    return lines + SpeedText(comparison: comparison).legend
  }

  /// What observing activations was worth: a sentence per activation-based arm, or one for neighbours that are the same
  /// file, as all methods are where there is no activation to scale.
  var pairings: [String] {
    var sentences: [String] = []
    var rest = comparison.pairings[...]
    while let first = rest.popFirst() {
      let same = rest.prefix { isSame(first, $0) }
      rest = rest.dropFirst(same.count)
      let methods = same.compactMap { arm($0.activationBased)?.method }
      sentences.append(sentence(first, sharedWith: methods))
    }
    return sentences
  }

  private func sentence(_ pairing: Pairing, sharedWith methods: [String]) -> String {
    let gain = ReportText.fixed(100 * abs(pairing.difference), 2)
    let relation =
      switch pairing.difference {
      case ..<0: "\(gain) points better than"
      case 0: "as good as"
      default: "\(gain) points worse than"
      }
    let others =
      methods.isEmpty ? "" : " (\(methods.joined(separator: ", ")): the same file)"
    let times = pairing.timesSmaller.map {
      "; its drop is \(ReportText.fixed($0.ratio, 1)) times smaller "
        + "[\(ReportText.fixed($0.interval.lower, 1)), \(ReportText.fixed($0.interval.upper, 1))]"
    }
    return
      "\(pairing.activationBased) is \(relation) \(pairing.weightBased)\(others): difference of drops "
      + "\(ReportText.points(pairing.differenceInterval)) points, "
      + "p \(ReportText.pValue(pairing.pValue))\(times ?? "")."
  }

  private func arm(_ name: String) -> ArmResult? { comparison.arms.first { $0.name == name } }

  /// Same scheme, size, answers and distance from the original's scores.
  private func isSame(_ a: Pairing, _ b: Pairing) -> Bool {
    guard let first = arm(a.activationBased), let second = arm(b.activationBased) else {
      return false
    }
    return a.weightBased == b.weightBased && first.scheme == second.scheme
      && first.bytes == second.bytes && first.logitSQNR == second.logitSQNR
      && first.logitSQNR != nil && (first.broken, first.fixed) == (second.broken, second.fixed)
  }

  /// Which methods `auto` took, and by what; nothing where it was not asked.
  var methodChoices: [String] {
    let chosen = comparison.activations.compactMap(\.chosen)
    guard let first = comparison.activations.first(where: { $0.chosen != nil }) else { return [] }
    let counts = first.candidates.map(\.method).compactMap { method -> String? in
      let count = chosen.count { $0 == method }
      return count == 0 ? nil : "\(method) for \(ReportText.count(count))"
    }
    return [
      "auto took \(counts.joined(separator: ", ")) of \(ReportText.count(chosen.count, "activation")): "
        + choiceBasis(of: chosen.count)
    ]
  }

  private func choiceBasis(of count: Int) -> String {
    if comparison.activations.contains(where: { $0.basis == .network }) {
      return "one method for all lost least of the network's outputs on held-out images."
    }
    let byReaders = comparison.activations.count { $0.basis == .readers }
    return "\(ReportText.count(byReaders)) by the error of the layers that read them on held-out "
      + "images, \(ReportText.count(count - byReaders)) by their own."
  }

  /// What a reader must know before believing the numbers.
  var footnotes: [String] {
    dataFootnotes + comparison.arms.flatMap(armFootnotes)
  }

  private var dataFootnotes: [String] {
    var notes = facts.warnings
    let dataset = facts.dataset
    if facts.sampling == .sequential {
      notes.append(
        "Stopped after \(ReportText.count(dataset.count)) of "
          + "\(ReportText.count(dataset.available, "image")) in shuffled order"
          + (dataset.count < dataset.available ? ", when the verdicts were settled." : "."))
    }
    let overlap = facts.dataset.overlap
    if overlap > 0 {
      notes.append(
        "\(ReportText.count(overlap, "test image")) also served calibration (same content): "
          + "accuracy on them is flattered.")
    }
    let skipped = facts.dataset.skipped
    if !skipped.isEmpty {
      let listed = skipped.prefix(5).joined(separator: ", ") + (skipped.count > 5 ? ", …" : "")
      notes.append(
        "\(ReportText.count(skipped.count, "unreadable image")) left out: \(listed).")
    }
    return notes
  }

  private func armFootnotes(_ arm: ArmResult) -> [String] {
    var notes: [String] = []
    if arm.verdict == .inconclusive {
      let needed = arm.imagesNeeded.map { "about \(ReportText.count($0, "image")) would settle it" }
      notes.append(
        "\(arm.name): \(needed ?? "its drop is too close to the margin for any number of images").")
    }
    if arm.tensorsWithoutObservations > 0 {
      notes.append(
        "\(arm.name): \(ReportText.count(arm.tensorsWithoutObservations, "tensor")) without "
          + "observations fell back to weight-based ranges.")
    }
    return notes + arm.notes.map { "\(arm.name): \($0)" }
  }
}
