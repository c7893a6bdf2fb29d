extension ResultDifference {
  /// Changed images that the text lists per arm; JSON has them all.
  private static let listed = 10

  /// The difference for people.
  public var text: String {
    var lines = ["\(oldName) → \(newName): \(pairing)"]
    lines += arms.flatMap(Self.lines)
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

  private static func lines(_ arm: Arm) -> [String] {
    let head =
      "\(arm.name): \(arm.finding.rawValue.uppercased())"
      + (arm.judgement.map { ", \(ReportText.word($0.verdict))" } ?? "")
    return [head, "  \(figures(arm))"] + (needed(arm) + changed(arm)).map { "  \($0)" }
  }

  /// What was found of an arm.
  static func figures(_ arm: Arm) -> String {
    let counts = arm.counts
    return "drop \(ReportText.points(counts.drop)) points \(ReportText.points(arm.dropInterval)), "
      + "\(ReportText.count(counts.broken)) broken, \(ReportText.count(counts.fixed)) fixed, "
      + "p \(ReportText.pValue(arm.adjustedP)), "
      + "\(ReportText.count(arm.changes.count, "prediction")) changed"
  }

  static func needed(_ arm: Arm) -> [String] {
    arm.judgement?.imagesNeeded.map {
      ["about \(ReportText.count($0, "image")) would settle it"]
    } ?? []
  }

  /// Images that are wrong now or right now.
  static func changed(_ arm: Arm) -> [String] {
    let ranked = arm.changes.filter(\.isBroken) + arm.changes.filter(\.isFixed)
    let lines = ranked.prefix(listed).map { change in
      "\(change.isBroken ? "broken" : "fixed ")  \(change.image.path): label "
        + "\(change.image.label), was \(change.old), is \(change.new)"
    }
    return lines + (ranked.count > listed ? ["… \(ranked.count - listed) more"] : [])
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
      .init("drop", arm.counts.drop),
      .init("dropInterval", arm.dropInterval),
      .init("broken", arm.counts.broken),
      .init("fixed", arm.counts.fixed),
      .init("pValue", arm.pValue),
      .init("adjustedP", arm.adjustedP),
      .init("verdict", arm.judgement?.verdict),
      .init("imagesNeeded", arm.judgement?.imagesNeeded),
      .init("changes", .array(arm.changes.map(Self.json))),
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
