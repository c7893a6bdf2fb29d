/// The comparison as text within 80 columns.
enum ComparisonText {
  private static let width = 80

  static func text(_ comparison: Comparison) -> String {
    let summary = ReportSummary(comparison)
    let advice = ShippingText(comparison).map { text in
      wrapped(text.sentence) + (text.next.map { wrapped("Next: \($0)") } ?? [])
    }
    var lines = (advice ?? []) + [""] + summary.circumstances.flatMap { wrapped($0) }
    lines.append("")
    lines += table(comparison)
    lines.append("")
    lines += summary.legend.flatMap { wrapped($0) }
    lines += section("On which CPUs", HardwareText(comparison: comparison).sentences)
    lines += section("Activation-based against weight-based", summary.pairings)
    lines += section("Speed", SpeedText(comparison: comparison).sentences)
    lines += section("Notes", summary.methodChoices + summary.footnotes)
    lines.append("")
    lines += wrapped(
      (summary.verdictWord.map { "\($0): " } ?? "") + summary.headline)
    lines += advice ?? []
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ title: String, _ sentences: [String]) -> [String] {
    guard !sentences.isEmpty else { return [] }
    return ["", title] + sentences.flatMap { wrapped($0, bullet: "- ") }
  }

  /// One line per file under a heading per scheme and kind; a name too long for its column gets a
  /// line of its own.
  private static func table(_ comparison: Comparison) -> [String] {
    var lines = [
      row(["", "size", "\(comparison.kind.name) % [95 %]", "change [95 %], points", "verdict"])
    ]
    var heading: String?
    for file in comparison.files {
      let next = title(ofGroupOf: file.result)
      if let next, next != heading { lines += wrapped(next) }
      heading = next
      let label = (next == nil ? "" : "  ") + Escaping.terminal(file.label)
      let fits = label.count <= columns[0]
      if !fits { lines += wrapped(label) }
      lines.append(row([fits ? label : ""] + figures(of: file.result)))
    }
    return lines
  }

  private static func title(ofGroupOf arm: ArmResult) -> String? {
    guard arm.kind != .original else { return nil }
    return [arm.scheme, arm.kind.rawValue].compactMap { $0 }.map(Escaping.terminal)
      .joined(separator: " ")
  }

  private static func figures(of arm: ArmResult) -> [String] {
    let metric = MetricText.value(arm.metric, arm.metricInterval)
    let change = arm.drop == nil ? "" : MetricText.change(arm.drop, arm.dropInterval)
    let size =
      arm.kind == .original
      ? ReportText.bytes(arm.bytes) : arm.compression.map { "÷\(ReportText.fixed($0, 2))" } ?? ""
    return [size, metric, change, arm.verdict.map(ReportText.word) ?? ""]
  }

  private static let columns = [12, 7, 20, 23, 12]

  private static func row(_ cells: [String]) -> String {
    var line = ""
    for (index, (cell, width)) in zip(cells, columns).enumerated() {
      let padding = String(repeating: " ", count: max(0, width - cell.count))
      let isLeft = index == 0 || index == columns.count - 1
      line += (index == 0 ? "" : index == columns.count - 1 ? "  " : " ")
      line += isLeft ? cell + padding : padding + cell
    }
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// Breaks at spaces, and inside words that are longer than a line.
  private static func wrapped(_ sentence: String, bullet: String = "") -> [String] {
    let hanging = String(repeating: " ", count: bullet.count)
    var lines: [String] = []
    var line = bullet
    var isEmpty = true
    for word in Escaping.terminal(sentence).split(separator: " ", omittingEmptySubsequences: false)
    {
      var rest = word[...]
      if !isEmpty && line.count + 1 + rest.count > width {
        lines.append(line)
        (line, isEmpty) = (hanging, true)
      }
      while line.count + rest.count > width {
        lines.append(line + rest.prefix(width - line.count))
        rest = rest.dropFirst(width - line.count)
        line = hanging
      }
      line += (isEmpty ? "" : " ") + rest
      isEmpty = false
    }
    return lines + [line]
  }
}
