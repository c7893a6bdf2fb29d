/// A page that needs nothing else: no script, no network, light and dark.
enum HTMLPage {
  /// - Parameters:
  ///   - title: plain text.
  ///   - sheet: rules besides `HTMLStyle.sheet`.
  ///   - body: elements.
  static func document(title: String, sheet: String = "", _ body: [String]) -> String {
    let title = Escaping.html(title)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <style>
      \(([HTMLStyle.sheet, sheet].filter { !$0.isEmpty }).joined(separator: "\n"))
      </style>
      </head>
      <body>
      <main>
      <h1>\(title)</h1>
      \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  /// A table that scrolls where the page is too narrow; the first column names the row.
  static func table(caption: String, titles: [String], rows: [[String]]) -> String {
    let header = titles.enumerated().map { index, title in
      "<th scope=\"col\"\(index > 0 ? " class=\"number\"" : "")>\(Escaping.html(title))</th>"
    }
    let body = rows.map { cells in
      let cells = cells.enumerated().map { index, cell in
        index == 0
          ? "<th scope=\"row\">\(Escaping.html(cell))</th>"
          : "<td class=\"number\">\(Escaping.html(cell))</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(Escaping.html(caption))">
      <table>
      <caption>\(Escaping.html(caption))</caption>
      <thead><tr>\(header.joined())</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
  }

  static func paragraph(_ text: String, style: String) -> String {
    "<p class=\"\(style)\">\(Escaping.html(text))</p>"
  }
}
