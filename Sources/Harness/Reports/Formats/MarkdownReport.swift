/// The comparison for a pull request.
public struct MarkdownReport: ReportFormat {
  public static let name = "markdown"
  public static let fileName: String? = "report.md"

  public init() {}

  public func render(_ comparison: Comparison, _ listing: any AnswerListing) -> String {
    let summary = ReportSummary(comparison)
    let verdict = summary.verdictWord.map { "**\($0)** – " } ?? ""
    var blocks = [
      "## Quantization of \(Escaping.markdown(comparison.facts.model.name))",
      verdict + Escaping.markdown(summary.headline),
      Self.list(summary.circumstances),
      Self.table(comparison),
      summary.legend.map(Escaping.markdown).joined(separator: "  \n"),
    ]
    blocks += Self.section("On which CPUs", HardwareText(comparison: comparison).sentences)
    blocks += Self.section("Activation-based against weight-based", summary.pairings)
    blocks += Self.section("Notes", summary.methodChoices + summary.footnotes)
    blocks.append(Self.details(comparison.facts))
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private static func list(_ sentences: [String]) -> String {
    sentences.map { "- " + Escaping.markdown($0) }.joined(separator: "\n")
  }

  private static func section(_ title: String, _ sentences: [String]) -> [String] {
    sentences.isEmpty ? [] : ["### \(title)", list(sentences)]
  }

  private static func table(_ comparison: Comparison) -> String {
    let columns = ReportColumn.all(of: comparison)
    let rows = comparison.arms.map { arm in columns.map { Escaping.markdown($0.cell(arm)) } }
    let header = columns.map(\.title)
    let rule = columns.map { $0.isNumber ? "--:" : "---" }
    return ([header, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }
      .joined(separator: "\n")
  }

  private static func details(_ facts: ComparisonFacts) -> String {
    let machine = facts.machine
    let lines =
      facts.preprocessing.map { "\($0.key): \($0.value)" } + [
        "SHA-256 of the model: \(facts.model.sha256)",
        "\(machine.cpu), \(ReportText.count(machine.cores, "core")), \(machine.blas), "
          + ReportText.count(machine.threads, "thread"),
      ] + (facts.command.isEmpty ? [] : ["command: \(ReportedCommand.line(facts.command))"])
    return "<details><summary>Preprocessing and machine</summary>\n\n\(list(lines))\n\n</details>"
  }
}
