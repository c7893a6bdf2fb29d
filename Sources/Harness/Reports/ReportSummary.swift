import CalibrantTasks

/// The sentences that every format for people shares; plain text, to be escaped by the format.
struct ReportSummary {
  let comparison: Comparison

  init(_ comparison: Comparison) { self.comparison = comparison }

  private var facts: ComparisonFacts { comparison.facts }

  private var metric: MetricKind { comparison.kind }

  /// "activation-based file", or "file" where those that are judged are of several kinds.
  private var judged: String {
    let kinds = Set(comparison.judgedArms.map(\.kind))
    return kinds.count == 1 ? kinds.map { "\($0.rawValue) file" }[0] : "file"
  }

  private var margin: String { ReportText.percent(facts.maxDrop ?? 0) }

  /// The verdict word; nil when no margin was given.
  var verdictWord: String? { comparison.verdict.map(ReportText.word) }

  /// What the verdict means, or why there is none.
  var headline: String {
    let files = comparison.judgedFiles
    guard let verdict = comparison.verdict else {
      return comparison.arms.count > 1
        ? "No margin was given, so there is no verdict: --max-drop POINTS asks for one."
        : "Only the original was measured."
    }
    let count = ReportText.count(files.count, judged)
    let chosen = files.count { $0.result.verdict == verdict }
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
    let drop = facts.maxDrop.map { "\(name) loses less than \(ReportText.percent($0)) points" }
    return [drop, agreement.map { "\($0.name) stays above \($0.least) %" }].compactMap(\.self)
      .joined(separator: " and ")
  }

  private func violation(_ name: String) -> String {
    let drop = facts.maxDrop.map { "\(name) loses more than \(ReportText.percent($0)) points" }
    return [drop, agreement.map { "\($0.name) falls below \($0.least) %" }].compactMap(\.self)
      .joined(separator: " or ")
  }

  /// The least agreement that was asked for.
  private var agreement: (name: String, least: String)? {
    facts.minAgreement.map { (facts.task.agreementTitle, ReportText.percent($0)) }
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
      "change = \(metric.name) minus the original's, in points, on the same images: minus is worse.",
      "[ ] = 95 % intervals: \(comparison.intervals).",
    ]
    let tested = Set(comparison.arms.filter { $0.pValue != nil }.map { $0.sha256 ?? $0.name }).count
    if tested > 1 {
      lines.append(
        "\(tested) files were compared: p is adjusted for that (Holm), intervals are each file's own."
      )
    }
    if facts.maxDrop != nil {
      lines.append(
        "verdict = one-sided 95 % interval of the change against -\(margin) points.")
    }
    if let agreement {
      lines.append(
        "verdict = one-sided 95 % interval of \(agreement.name), the agreement with the original, against "
          + "\(agreement.least) %.")
    }
    return lines + SpeedText(comparison: comparison).legend
  }

  /// What observing activations was worth: a sentence per activation-based file.
  var pairings: [String] {
    let files = comparison.files
    return files.compactMap { file in
      comparison.pairings.first { $0.activationBased == file.result.name }.map { pairing in
        let opponent = files.first { $0.arms.contains { $0.name == pairing.weightBased } }
        return sentence(pairing, file.name, opponent?.name ?? pairing.weightBased)
      }
    }
  }

  /// Says no more than was shown.
  private func sentence(_ pairing: Pairing, _ name: String, _ opponent: String) -> String {
    let change = MetricText.change(pairing.difference, pairing.differenceInterval)
    let p = "p \(ReportText.pValue(pairing.pValue))"
    guard pairing.pValue < 0.05 else {
      return "\(name) and \(opponent): no evidence of a difference (\(change) points, \(p))."
    }
    let relation = pairing.difference < 0 ? "better" : "worse"
    let times = pairing.timesSmaller.map {
      "; what it loses is \(ReportText.fixed($0.ratio, 1)) times smaller "
        + "[\(ReportText.fixed($0.interval.lower, 1)), \(ReportText.fixed($0.interval.upper, 1))]"
    }
    return "\(name) is \(relation) than \(opponent): \(change) points, \(p)\(times ?? "")."
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
    dataFootnotes + fileFootnotes
  }

  /// What is said of several files is said once.
  private var fileFootnotes: [String] {
    var names: [String: [String]] = [:]
    var order: [String] = []
    for file in comparison.files {
      for note in footnotes(file) {
        if names[note] == nil { order.append(note) }
        names[note, default: []].append(file.name)
      }
    }
    return order.map { "\(ReportText.list(names[$0] ?? [])): \($0)" }
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

  private func footnotes(_ file: ComparedFile) -> [String] {
    let arm = file.result
    var notes: [String] = []
    if arm.verdict == .inconclusive {
      let needed = arm.imagesNeeded.map { ReportText.toSettle($0) }
      notes.append("\(needed ?? "too close to the margin for any number of images").")
    }
    if arm.tensorsWithoutObservations > 0 {
      notes.append(
        "\(ReportText.count(arm.tensorsWithoutObservations, "tensor")) without observations fell "
          + "back to weight-based ranges.")
    }
    return notes + arm.notes
  }

}
