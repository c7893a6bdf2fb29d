/// The result for a pull request.
public struct MarkdownReport: ReportFormat {
  public static let name = "markdown"
  public static let fileName: String? = "report.md"

  /// Longer tables are cut: a comment on a pull request holds 65,536 characters.
  private static let rowLimit = 100

  public init() {}

  public func render(_ report: any Reportable) -> String? {
    let document = report.document
    let verdict = document.verdict.map { "**\($0.word)** – " } ?? ""
    let blocks =
      ["## \(Escaping.markdown(document.title))"] + Self.advice(document)
      + [verdict + Escaping.markdown(document.headline)]
    return (blocks + document.blocks.flatMap(Self.blocks)).joined(separator: "\n\n") + "\n"
  }

  private static func advice(_ document: ReportDocument) -> [String] {
    guard let advice = document.advice else { return [] }
    return ["**\(Escaping.markdown(advice.sentence))**"]
      + (advice.next.map { ["Next:", code($0)] } ?? [])
  }

  private static func blocks(_ block: ReportBlock) -> [String] {
    switch block {
    case .facts(let sentences): sentences.isEmpty ? [] : [list(sentences)]
    case .table(let table): blocks(table)
    case .legend(let sentences):
      sentences.isEmpty ? [] : [sentences.map(Escaping.markdown).joined(separator: "  \n")]
    case .section(let title, let sentences):
      sentences.isEmpty ? [] : ["### \(Escaping.markdown(title))", list(sentences)]
    case .list(let sentences): sentences.isEmpty ? [] : [list(sentences)]
    case .folded(let title, let inner): folded(title, inner.flatMap(blocks))
    case .code(let text): [code(text)]
    case .drawn, .onPage: []
    case .offPage(let block): blocks(block)
    }
  }

  private static func folded(_ title: String, _ blocks: [String]) -> [String] {
    blocks.isEmpty
      ? [] : ["<details><summary>\(Escaping.html(title))</summary>"] + blocks + ["</details>"]
  }

  private static func list(_ sentences: [String]) -> String {
    sentences.map { "- " + Escaping.markdown($0) }.joined(separator: "\n")
  }

  private static func blocks(_ table: ReportTable) -> [String] {
    guard !table.isEmpty else { return [] }
    let all = table.groups.flatMap { group in
      (group.title.map { [["**\(Escaping.markdown($0))**"]] } ?? [])
        + group.rows.map { row in row.map { Escaping.markdown($0.text) } }
    }
    let rows = all.prefix(rowLimit)
    let header = table.columns.map(\.title)
    let rule = table.columns.map { $0.isNumber ? "--:" : "---" }
    let lines = ([header, rule] + rows).map { cells in
      let missing = Array(repeating: "", count: header.count - cells.count)
      return "| \((cells + missing).joined(separator: " | ")) |"
    }
    let left = all.count - rows.count
    return (table.heading.map { ["### \(Escaping.markdown($0))"] } ?? [])
      + [lines.joined(separator: "\n")]
      + (left > 0 ? ["… \(ReportText.count(left, "more row"))"] : [])
  }

  /// A fence longer than any in the text.
  private static func code(_ text: String) -> String {
    let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)\n\(Escaping.terminalLines(text))\n\(fence)"
  }
}
