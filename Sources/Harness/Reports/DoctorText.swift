extension Doctor {
  /// The diagnosis for people.
  public var text: String {
    var lines = ["\(model), \(ReportText.count(imageCount, "image"))", ""]
    lines += trials.enumerated().sorted {
      ($1.element.top1, $0.offset) < ($0.element.top1, $1.offset)
    }.map { Self.line($0.element) }
    if let best, let flags = best.recipe.flags(side: side), best.labelShift == 0 {
      lines += ["", "best: \(best.recipe.name)", "  \(flags)"]
    }
    lines += [""] + findings.map { "\($0.isFault ? "FAULT" : "note ") \($0.text)" }
    if isSound { lines.append("nothing speaks against measuring the model as given") }
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  private static func line(_ trial: RecipeTrial) -> String {
    guard trial.failure == nil else {
      return "     –             \(trial.recipe.name): cannot be used"
    }
    let value = ReportText.percent(trial.top1)
    let padding = String(repeating: " ", count: max(0, 6 - value.count))
    return "\(padding)\(value) % \(ReportText.percent(trial.top1Interval))  \(trial.recipe.name)"
  }

  /// The diagnosis for scripts, with a newline at the end.
  public var json: String {
    JSONValue.object([
      .init("model", model),
      .init("count", imageCount),
      .init("sound", .bool(isSound)),
      .init("findings", .array(findings.map(Self.json))),
      .init("best", best.map(json) ?? .null),
      .init("given", given.map(json) ?? .null),
      .init("recipes", .array(trials.map(json))),
    ]).text
  }

  private static func json(_ finding: Finding) -> JSONValue {
    .object([
      .init("kind", finding.kind.rawValue),
      .init("fault", .bool(finding.isFault)),
      .init("text", finding.text),
    ])
  }

  private func json(_ trial: RecipeTrial) -> JSONValue {
    .object([
      .init("name", trial.recipe.name),
      .init("top1", trial.failure == nil ? .number(trial.top1) : .null),
      .init("top1Interval", trial.failure == nil ? trial.top1Interval.json : .null),
      .init("labelShift", trial.labelShift),
      .init("flags", trial.recipe.flags(side: side)),
      .init(
        "preprocessing",
        .object(trial.recipe.preprocessing.settings.map { .init($0.key, $0.value) })),
      .init("transposed", .bool(trial.recipe.isTransposed)),
      .init("failure", trial.failure),
    ])
  }
}
