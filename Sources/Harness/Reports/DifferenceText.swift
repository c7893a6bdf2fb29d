extension ResultDifference {
  /// Changed images that the text lists per arm; JSON has them all.
  private static let listed = 10

  /// The difference for people.
  public var text: String {
    var lines = [
      "\(oldName) → \(newName): \(ReportText.count(paired, "image")) paired by content"
        + unpairedText
    ]
    lines += arms.flatMap(Self.lines)
    if !unpairedArms.isEmpty {
      lines.append("in only one of the results: \(unpairedArms.joined(separator: ", "))")
    }
    lines.append(circumstances)
    lines.append(conclusion)
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  /// Where the results come from, as far as it decides what their difference means.
  private var circumstances: String {
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
    let counts = arm.counts
    let name = arm.oldName == arm.newName ? arm.newName : "\(arm.oldName) → \(arm.newName)"
    var lines = [
      "\(name): \(arm.finding.rawValue.uppercased())"
        + (arm.judgement.map { ", \(ReportText.word($0.verdict))" } ?? ""),
      "  drop \(ReportText.points(counts.drop)) points \(ReportText.points(arm.dropInterval)), "
        + "\(ReportText.count(counts.broken)) broken, \(ReportText.count(counts.fixed)) fixed, "
        + "p \(ReportText.pValue(arm.adjustedP)), "
        + "\(ReportText.count(arm.changes.count, "prediction")) changed",
    ]
    if let needed = arm.judgement?.imagesNeeded {
      lines.append("  about \(ReportText.count(needed, "image")) would settle it")
    }
    let ranked = arm.changes.filter(\.isBroken) + arm.changes.filter(\.isFixed)
    lines += ranked.prefix(listed).map { change in
      "  \(change.isBroken ? "broken" : "fixed ")  \(change.image.path): label "
        + "\(change.image.label), was \(change.old), is \(change.new)"
    }
    if ranked.count > listed { lines.append("  … \(ranked.count - listed) more") }
    return lines
  }

  private var conclusion: String {
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
