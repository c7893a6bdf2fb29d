/// A drawing that lies exactly on the thumbnail of an image, whatever the size of both.
struct Overlay {
  /// Of the drawing, in its own units: the longer side is `Overlay.side`.
  let width: Double
  let height: Double
  /// Units per pixel of the image.
  let scale: Double

  /// The style sheet's lengths are made for it: about as many as CSS pixels of a card.
  private static let side = 300.0

  /// - Parameters: the size of the image in pixels.
  init(width: Int, height: Int) {
    let (width, height) = (Double(max(width, 1)), Double(max(height, 1)))
    scale = Self.side / max(width, height)
    (self.width, self.height) = (width * scale, height * scale)
  }

  /// - Parameter label: what is drawn, in plain text.
  func svg(_ elements: [String], label: String) -> String {
    """
    <svg viewBox="0 0 \(SVG.n(width)) \(SVG.n(height))" role="img" aria-label="\(Escaping.html(label))">
    \(elements.joined(separator: "\n"))
    </svg>
    """
  }

  /// A thumbnail with a drawing on it; without a thumbnail the drawing alone.
  ///
  /// - Parameters:
  ///   - thumbnail: a data URI.
  ///   - drawing: of `svg`.
  static func html(thumbnail: String?, drawing: String) -> String {
    guard let thumbnail else { return "<div class=\"overlaid\">\(drawing)</div>" }
    return
      "<div class=\"overlaid\"><img alt=\"\" src=\"\(thumbnail)\">\(drawing)</div>"
  }
}
