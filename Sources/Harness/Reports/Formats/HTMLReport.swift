/// The result as one page that needs nothing else: no script, no network, light and dark.
public struct HTMLReport: ReportFormat {
  public static let name = "html"
  public static let fileName: String? = "report.html"

  public init() {}

  public func render(_ report: any Reportable) -> String? {
    let document = report.document
    return HTMLPage.document(
      title: document.title, sheet: document.sheet,
      Self.advice(document) + [Self.verdict(document)] + document.blocks.map(Self.element))
  }

  private static func advice(_ document: ReportDocument) -> [String] {
    guard let advice = document.advice else { return [] }
    let next = advice.next.map { "<br>Next: <code>\(Escaping.html($0))</code>" } ?? ""
    return [
      "<p class=\"advice \(advice.tone?.rawValue ?? "open")\">\(Escaping.html(advice.sentence))\(next)</p>"
    ]
  }

  private static func verdict(_ document: ReportDocument) -> String {
    let word = document.verdict.map { "<strong>\(Escaping.html($0.word))</strong> " } ?? ""
    let style = document.verdict?.tone?.rawValue ?? "open"
    return "<p class=\"verdict \(style)\">\(word)\(Escaping.html(document.headline))</p>"
  }

  private static func element(_ block: ReportBlock) -> String {
    switch block {
    case .facts(let sentences): lines(sentences, style: "facts")
    case .table(let table): element(table)
    case .legend(let sentences): lines(sentences, style: "legend")
    case .section(let title, let sentences):
      sentences.isEmpty ? "" : "<h2>\(Escaping.html(title))</h2>\n\(list(sentences))"
    case .list(let sentences): sentences.isEmpty ? "" : list(sentences)
    case .folded(let title, let blocks): folded(title, blocks)
    case .code(let text): "<pre>\(Escaping.html(text))</pre>"
    case .drawn(let elements): elements()
    case .onPage(let block): element(block)
    case .offPage: ""
    }
  }

  private static func folded(_ title: String, _ blocks: [ReportBlock]) -> String {
    let elements = blocks.map(element).filter { !$0.isEmpty }
    return elements.isEmpty
      ? ""
      : "<details><summary>\(Escaping.html(title))</summary>\n\(elements.joined(separator: "\n"))\n</details>"
  }

  private static func lines(_ sentences: [String], style: String) -> String {
    guard !sentences.isEmpty else { return "" }
    return "<p class=\"\(style)\">\(sentences.map(Escaping.html).joined(separator: "<br>"))</p>"
  }

  private static func list(_ sentences: [String]) -> String {
    let items = sentences.map { "<li>\(Escaping.html($0))</li>" }.joined(separator: "\n")
    return "<ul>\n\(items)\n</ul>"
  }

  private static func element(_ table: ReportTable) -> String {
    guard !table.isEmpty else { return "" }
    let heading = table.heading.map { "<h2>\(Escaping.html($0))</h2>\n" } ?? ""
    let header = table.columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>"
        + "\(Escaping.html(column.title))</th>"
    }
    return heading + """
      <div class="scroll" tabindex="0" role="region" aria-label="\(Escaping.html(table.label))">
      <table>
      <caption>\(Escaping.html(table.caption))</caption>
      <thead><tr>\(header.joined())</tr></thead>
      \(table.groups.map { body($0, table.columns) }.joined(separator: "\n"))
      </table>
      </div>
      """
  }

  private static func body(_ group: ReportTable.Group, _ columns: [ReportTable.Column]) -> String {
    let title = group.title.map {
      "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"\(columns.count)\">\(Escaping.html($0))</th></tr>\n"
    }
    return
      "<tbody>\n\(title ?? "")\(group.rows.map { row($0, columns) }.joined(separator: "\n"))\n</tbody>"
  }

  private static func row(_ cells: [ReportTable.Cell], _ columns: [ReportTable.Column]) -> String {
    let cells = zip(cells, columns).enumerated().map { index, pair in
      let (cell, column) = pair
      let text = Escaping.html(cell.text)
      if index == 0 {
        let mark = cell.style.map { "<span class=\"dot \($0)\"></span>" } ?? ""
        return "<th scope=\"row\">\(mark)\(text)</th>"
      }
      if column.isNumber { return "<td class=\"number\">\(text)</td>" }
      return "<td class=\"\(cell.style ?? "none")\">\(text)</td>"
    }
    return "<tr>\(cells.joined())</tr>"
  }
}
