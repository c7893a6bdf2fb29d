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

  static func paragraph(_ text: String, style: String) -> String {
    "<p class=\"\(style)\">\(Escaping.html(text))</p>"
  }
}
