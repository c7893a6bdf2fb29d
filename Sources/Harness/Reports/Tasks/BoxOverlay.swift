import CalibrantTasks

/// The boxes of an image that an arm found again, lost, and has alone, drawn over the image.
struct BoxOverlay {
  let pairing: BoxPairing
  /// Of the image that the boxes are in, in pixels.
  let width: Int
  let height: Int
  /// By class; classes without a name go by their number.
  let classNames: [String]

  var svg: String {
    // Dashes last: what is under them is seen through the gaps.
    let boxes =
      pairing.found.map { Mark($0.arm, .found) } + pairing.extra.map { Mark($0, .extra) }
      + pairing.lost.map { Mark($0, .lost) }
    let drawn = boxes.filter { $0.detection.box.isFinite }
    // Labels after all boxes, so that none is crossed out.
    return overlay.svg(drawn.map(outline) + drawn.map(label), label: summary)
  }

  /// "3 boxes found again, 1 lost, 0 of the arm alone".
  var summary: String {
    let found = pairing.found.count
    return "\(ReportText.count(found)) \(found == 1 ? "box" : "boxes") found again, "
      + "\(ReportText.count(pairing.lost.count)) lost, "
      + "\(ReportText.count(pairing.extra.count)) of the arm alone"
  }

  /// What the kinds of boxes look like.
  static let key: String = {
    let items = Mark.Kind.allCases.map { kind in
      "<span class=\"key\"><span class=\"frame \(kind.rawValue)\"></span>\(kind.meaning)</span>"
    }
    return "<p class=\"keys\">\(items.joined(separator: " "))</p>"
  }()

  private struct Mark {
    enum Kind: String, CaseIterable {
      case found, lost, extra

      /// Before the label, for those who cannot tell the colours.
      var sign: String {
        switch self {
        case .found: ""
        case .lost: "− "
        case .extra: "+ "
        }
      }

      var meaning: String {
        switch self {
        case .found: "found again"
        case .lost: "lost (−)"
        case .extra: "of the arm alone (+)"
        }
      }
    }

    let detection: Detection
    let kind: Kind

    init(_ detection: Detection, _ kind: Kind) {
      self.detection = detection
      self.kind = kind
    }
  }

  private var overlay: Overlay { Overlay(width: width, height: height) }

  private func name(_ category: Int) -> String {
    classNames.indices.contains(category) ? classNames[category] : String(category)
  }

  /// A dark line under a bright one is seen on every picture.
  private func outline(_ mark: Mark) -> String {
    let (box, scale) = (mark.detection.box, overlay.scale)
    let frame =
      "x=\"\(SVG.n(box.x * scale))\" y=\"\(SVG.n(box.y * scale))\" "
      + "width=\"\(SVG.n(box.width * scale))\" height=\"\(SVG.n(box.height * scale))\""
    let title = "\(name(mark.detection.category)) \(score(mark)), \(mark.kind.meaning)"
    return "<g class=\"box \(mark.kind.rawValue)\"><title>\(Escaping.html(title))</title>"
      + "<rect class=\"under\" \(frame)/><rect \(frame)/></g>"
  }

  private func score(_ mark: Mark) -> String { ReportText.fixed(mark.detection.score, 2) }

  /// On the side of the box where there is more room.
  private func label(_ mark: Mark) -> String {
    let box = mark.detection.box
    let isRight = box.x + box.right > Double(width)
    let room = isRight ? box.right : Double(width) - box.x
    let text = mark.kind.sign + name(mark.detection.category) + " " + score(mark)
    return SVG.text(
      (isRight ? box.right : box.x) * overlay.scale, baseline(mark),
      Self.shortened(text, to: room * overlay.scale), style: "label \(mark.kind.rawValue)",
      anchor: isRight ? "end" : "start")
  }

  /// Inside the box, at the top or, for the arm's own, at the bottom: one of another class is often in the same place.
  private func baseline(_ mark: Mark) -> Double {
    let box = mark.detection.box
    if mark.kind == .extra { return max(box.bottom * overlay.scale - 3, Self.lineHeight) }
    return min(box.y * overlay.scale + Self.lineHeight, overlay.height - 3)
  }

  /// Of the style sheet's label, in units of the overlay.
  private static let lineHeight = 12.0

  private static func shortened(_ text: String, to room: Double) -> String {
    let widths = text.unicodeScalars.map { $0.isASCII ? 6.6 : 11 }
    guard widths.reduce(0, +) > room else { return text }
    var left = room - 11
    let count = widths.prefix { width in
      left -= width
      return left >= 0
    }.count
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(count))) + "…"
  }
}
