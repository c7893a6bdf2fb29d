extension String {
  /// At most `count` characters, with an ellipsis where there were more.
  func shortened(to count: Int) -> String {
    self.count > count ? prefix(count - 1) + "…" : self
  }
}

/// The few SVG elements that the charts are made of; colours come from the page's style sheet.
enum SVG {
  static func chart(width: Int, height: Int, label: String, _ elements: [String]) -> String {
    let label = Escaping.html(label)
    return """
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(label)">
      \(elements.joined(separator: "\n"))
      </svg>
      """
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) -> String {
    "<line class=\"\(style)\" x1=\"\(n(x1))\" y1=\"\(n(y1))\" x2=\"\(n(x2))\" y2=\"\(n(y2))\"/>"
  }

  /// A horizontal line between two short upright ones.
  static func interval(_ from: Double, _ to: Double, _ y: Double, style: String) -> String {
    [
      line(from, y, to, y, style: style), line(from, y - 4, from, y + 4, style: style),
      line(to, y - 4, to, y + 4, style: style),
    ].joined(separator: "\n")
  }

  static func text(
    _ x: Double, _ y: Double, _ text: String, style: String, anchor: String = "start"
  ) -> String {
    "<text class=\"\(style)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">"
      + "\(Escaping.html(text))</text>"
  }

  /// A mark whose shape and colour both tell the kind: circle, square, diamond, triangle.
  static func mark(_ kind: Arm.Kind, _ x: Double, _ y: Double, title: String = "") -> String {
    let r = 5.0
    let hint = title.isEmpty ? "" : "<title>\(Escaping.html(title))</title>"
    let style = "class=\"mark \(kind.rawValue)\""
    switch kind {
    case .original:
      return "<circle \(style) cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"\(n(r))\">\(hint)</circle>"
    case .weightBased:
      return "<rect \(style) x=\"\(n(x - r))\" y=\"\(n(y - r))\" width=\"\(n(2 * r))\" "
        + "height=\"\(n(2 * r))\">\(hint)</rect>"
    case .activationBased:
      let d = 1.3 * r
      let path =
        "M\(n(x)) \(n(y - d))L\(n(x + d)) \(n(y))L\(n(x)) \(n(y + d))L\(n(x - d)) \(n(y))Z"
      return "<path \(style) d=\"\(path)\">\(hint)</path>"
    case .given:
      let path = "M\(n(x)) \(n(y - r))L\(n(x + r)) \(n(y + r))L\(n(x - r)) \(n(y + r))Z"
      return "<path \(style) d=\"\(path)\">\(hint)</path>"
    }
  }

  /// - Parameter data: what to draw, in the syntax of the attribute `d`.
  static func path(_ data: String, style: String, title: String) -> String {
    let hint = title.isEmpty ? "" : "<title>\(Escaping.html(title))</title>"
    return "<path class=\"\(style)\" d=\"\(data)\">\(hint)</path>"
  }

  static func point(_ x: Double, _ y: Double) -> String { "\(n(x)) \(n(y))" }

  /// A coordinate to a tenth of a unit.
  static func n(_ value: Double) -> String {
    let text = ReportText.fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
