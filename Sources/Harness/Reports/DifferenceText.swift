extension ResultDifference {
  /// Changed images that the text lists per arm; JSON has them all.
  private static let listed = 10

  /// The difference for people.
  public var text: String {
    var lines = ["\(oldName) → \(newName): \(pairing)"]
    lines += arms.flatMap { self.lines($0) }
    lines += unpairedNames + [circumstances, sentence]
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  var pairing: String {
    "\(ReportText.count(paired, "image")) paired by content" + unpairedText
  }

  var unpairedNames: [String] {
    unpairedArms.isEmpty
      ? [] : ["in only one of the results: \(unpairedArms.joined(separator: ", "))"]
  }

  /// Where the results come from, as far as it decides what their difference means.
  var circumstances: String {
    guard let differences else {
      return
        "Not both results say which model, preprocessing and data they are of (saved by an earlier version)."
    }
    return differences.isEmpty
      ? "Model, preprocessing and calibration data are the same."
      : "Measured otherwise: \(differences.joined(separator: ", "))."
  }

  private var unpairedText: String {
    onlyOld.isEmpty && onlyNew.isEmpty
      ? ""
      : " (\(ReportText.count(onlyOld.count)) only in the old, "
        + "\(ReportText.count(onlyNew.count)) only in the new result)"
  }

  private func lines(_ arm: Arm) -> [String] {
    let head =
      "\(arm.name): \(arm.finding.rawValue.uppercased())"
      + (arm.judgement.map { ", \(ReportText.word($0.verdict))" } ?? "")
    return [head, "  \(figures(arm))"] + (Self.needed(arm) + Self.changed(arm)).map { "  \($0)" }
  }

  /// What was found of an arm.
  func figures(_ arm: Arm) -> String {
    let difference = arm.difference
    let isClassification = task == .classification
    let values =
      "\(metric) \(MetricText.value(arm.old)) → \(MetricText.value(arm.new)) %"
    let change = "change \(MetricText.change(difference)) points"
    let counts = difference.broken.flatMap { broken in
      difference.fixed.map {
        "\(ReportText.count(broken)) broken, \(ReportText.count($0)) fixed"
      }
    }
    let changed =
      isClassification
      ? "\(ReportText.count(arm.changes.count, "prediction")) changed"
      : "\(ReportText.count(arm.scoreChanges.count, "image")) changed"
    return [
      isClassification ? nil : values, change, counts,
      "p \(arm.adjustedP.map { ReportText.pValue($0) } ?? "–")", changed,
    ].compactMap(\.self).joined(separator: ", ")
  }

  static func needed(_ arm: Arm) -> [String] {
    arm.judgement?.imagesNeeded.map { [ReportText.toSettle($0)] } ?? []
  }

  /// Images that are wrong now or right now.
  static func changed(_ arm: Arm) -> [String] {
    guard arm.scoreChanges.isEmpty else { return worst(arm.scoreChanges) }
    let ranked = arm.changes.filter(\.isBroken) + arm.changes.filter(\.isFixed)
    let lines = ranked.prefix(listed).map { change in
      "\(change.isBroken ? "broken" : "fixed ")  \(change.image.path): label "
        + "\(change.image.label), was \(change.old), is \(change.new)"
    }
    return lines + (ranked.count > listed ? ["… \(ranked.count - listed) more"] : [])
  }

  /// Images that lose most by themselves.
  private static func worst(_ changes: [ScoreChange]) -> [String] {
    let lost = changes.filter { $0.new < $0.old }
    let lines = lost.prefix(listed).map { change in
      "lower   \(change.image.path): was \(ReportText.percent(change.old, decimals: 1)) %, is "
        + "\(ReportText.percent(change.new, decimals: 1)) %"
    }
    return lines + (lost.count > listed ? ["… \(lost.count - listed) more"] : [])
  }

  /// What it all comes to.
  var sentence: String {
    let count = arms.count > 1 ? " (\(arms.count) arms compared, p adjusted by Holm)" : ""
    return switch finding {
    case .worse: "The new result is worse\(count)."
    case .better: "The new result is better\(count)."
    case .noEvidence: "No evidence of a difference\(count)."
    }
  }

  /// The difference for scripts, with a newline at the end.
  public var json: String {
    JSONValue.object([
      .init("old", oldName),
      .init("new", newName),
      .init("task", task.rawValue),
      .init("metric", metric),
      .init("intervals", intervals),
      .init("paired", paired),
      .init("onlyOld", onlyOld),
      .init("onlyNew", onlyNew),
      .init("unpairedArms", unpairedArms),
      .init("differences", differences.map { .array($0.map(JSONValue.string)) } ?? .null),
      .init("maxDrop", maxDrop),
      .init("finding", finding.rawValue),
      .init("exitCode", Int(exitCode)),
      .init("arms", .array(arms.map(Self.json))),
    ]).text
  }

  private static func json(_ arm: Arm) -> JSONValue {
    .object([
      .init("name", arm.newName),
      .init("oldName", arm.oldName),
      .init("finding", arm.finding.rawValue),
      .init("oldMetric", arm.old),
      .init("newMetric", arm.new),
      .init("drop", arm.difference.drop),
      .init("dropInterval", arm.difference.interval),
      .init("broken", arm.difference.broken),
      .init("fixed", arm.difference.fixed),
      .init("pValue", arm.difference.pValue),
      .init("adjustedP", arm.adjustedP),
      .init("verdict", arm.judgement?.verdict),
      .init("imagesNeeded", arm.judgement?.imagesNeeded),
      .init(
        "changes", .array(arm.changes.map(Self.json) + arm.scoreChanges.map(Self.json))),
    ])
  }

  private static func json(_ change: ScoreChange) -> JSONValue {
    .object([
      .init("path", change.image.path),
      .init("contentHash", change.image.contentHash),
      .init("old", change.old),
      .init("new", change.new),
    ])
  }

  private static func json(_ change: Change) -> JSONValue {
    .object([
      .init("path", change.image.path),
      .init("contentHash", change.image.contentHash),
      .init("label", change.image.label),
      .init("old", change.old),
      .init("new", change.new),
    ])
  }
}

extension ResultDifference.Arm {
  /// "a → b" where the results call it otherwise.
  var name: String { oldName == newName ? newName : "\(oldName) → \(newName)" }

  var verdict: Verdict? { judgement?.verdict }
}
