extension Doctor {
  /// The diagnosis for people.
  public var text: String {
    var lines = ["\(model), \(ReportText.count(imageCount, "image"))", ""]
    if !trials.isEmpty { lines.append(header) }
    lines += trials.enumerated().sorted {
      (isTied($1.element) ? 1 : 0, $1.element.metric, $0.offset)
        < (isTied($0.element) ? 1 : 0, $0.element.metric, $1.offset)
    }.map { line($0.element) }
    lines += bestLines + [""]
    lines += findings.map { "\($0.isFault ? "FAULT" : "note ") \($0.text)" }
    if isSound { lines.append("nothing speaks against measuring the model as given") }
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  private var hasIntervals: Bool { task == .classification }

  private var header: String {
    guard !hasIntervals else { return "  images  top-1 %      [95 %]   loss  recipe" }
    let name = trials.first { $0.failure == nil }?.metricName ?? "metric"
    return "  images  \(Self.padded("\(name) %", 14))   loss  recipe"
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func isTied(_ trial: RecipeTrial) -> Bool {
    tied.contains { $0.isOf(trial) }
  }

  private var bestLines: [String] {
    guard let best else { return [] }
    var lines = ["", "best: \(best.name)"]
    if let flags = best.recipe.flags(side: side) { lines.append("  \(flags)") }
    if tied.count > 1 {
      lines.append(
        "the most usual of \(tied.count) recipes (=) that "
          + "\(ReportText.count(best.losses.count, "image")) cannot tell apart")
    }
    return lines
  }

  private func line(_ trial: RecipeTrial) -> String {
    guard trial.failure == nil else {
      let blank = hasIntervals ? "        –           –      –" : "              –      –"
      return "       –\(blank)  \(trial.name): cannot be used"
    }
    let metric =
      hasIntervals
      ? [(ReportText.percent(trial.top1), 8), (ReportText.percent(trial.top1Interval), 13)]
      : [(ReportText.percent(trial.metric), 15)]
    let columns: [(text: String, width: Int)] =
      [(ReportText.count(trial.losses.count), 6)] + metric + [(ReportText.fixed(trial.loss, 3), 6)]
    let cells = columns.map { Self.padded($0.text, $0.width) }
    return (isTied(trial) ? "= " : "  ") + cells.joined(separator: " ") + "  \(trial.name)"
  }

  /// The diagnosis for scripts, with a newline at the end.
  public var json: String {
    let named: [JSONValue.Member] = hasIntervals ? [] : [.init("task", task.rawValue)]
    let members: [JSONValue.Member] = [
      .init("model", model),
      .init("count", imageCount),
      .init("sound", .bool(isSound)),
      .init("findings", .array(findings.map(Self.json))),
      .init("best", best.map(json) ?? .null),
      .init("given", given.map(json) ?? .null),
      .init("tied", tied.map(\.name)),
      .init("recipes", .array(trials.map(json))),
    ]
    return JSONValue.object(members + named).text
  }

  private static func json(_ finding: Finding) -> JSONValue {
    .object([
      .init("kind", finding.kind.rawValue),
      .init("fault", .bool(finding.isFault)),
      .init("text", finding.text),
    ])
  }

  private func json(_ trial: RecipeTrial) -> JSONValue {
    let isUsable = trial.failure == nil
    let metric: [JSONValue.Member] =
      hasIntervals
      ? [
        .init("top1", isUsable ? .number(trial.top1) : .null),
        .init("top1Interval", isUsable ? trial.top1Interval.json : .null),
      ]
      : [
        .init("metricName", isUsable ? .string(trial.metricName) : .null),
        .init("metric", isUsable ? .number(trial.metric) : .null),
      ]
    let names: [JSONValue.Member] = [
      .init("name", trial.name), .init("count", trial.losses.count),
    ]
    let rest: [JSONValue.Member] = [
      .init("loss", trial.failure == nil ? .number(trial.loss) : .null),
      .init("labelShift", trial.labelShift),
      .init("flags", trial.recipe.flags(side: side)),
      .init(
        "preprocessing",
        .object(trial.recipe.preprocessing.settings.map { .init($0.key, $0.value) })),
      .init("transposed", .bool(trial.recipe.isTransposed)),
      .init("failure", trial.failure),
    ]
    return .object(names + metric + rest)
  }
}
