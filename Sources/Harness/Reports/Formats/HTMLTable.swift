/// Tables that may be wider than the page.
enum HTMLTable {
  /// - Parameters:
  ///   - title: plain text.
  ///   - head: header cells.
  static func scrolling(_ title: String, head: String, rows: [String]) -> String {
    """
    <div class="scroll" tabindex="0" role="region" aria-label="\(Escaping.html(title))">
    <table><caption>\(Escaping.html(title))</caption>
    <thead><tr>\(head)</tr></thead>
    <tbody>
    \(rows.joined(separator: "\n"))
    </tbody></table>
    </div>
    """
  }

  static func onDemand(_ title: String, head: String, rows: [String]) -> String {
    "<details><summary>\(Escaping.html(title))</summary>\n"
      + scrolling(title, head: head, rows: rows) + "\n</details>"
  }

  /// Cells of plain text; the first of a row names it, the others are numbers.
  static func scrolling(_ title: String, titles: [String], rows: [[String]]) -> String {
    let head = titles.enumerated().map { index, title in
      "<th scope=\"col\"\(index > 0 ? " class=\"number\"" : "")>\(Escaping.html(title))</th>"
    }
    let rows = rows.map { cells in
      let numbers = cells.dropFirst().map { "<td class=\"number\">\(Escaping.html($0))</td>" }
      return "<tr><th scope=\"row\">\(Escaping.html(cells[0]))</th>\(numbers.joined())</tr>"
    }
    return scrolling(title, head: head.joined(), rows: rows)
  }
}
