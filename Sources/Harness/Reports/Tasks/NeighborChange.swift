/// An image beside the one nearest to it, before and after.
struct NeighborChange: Sendable {
  struct Shown: Sendable {
    let path: String
    /// The name of its class, where it has one.
    let label: String?
    /// The cosine of the angle between its embedding and the image's, -1...1; nil of the image itself.
    let similarity: Double?
  }

  let image: Shown
  /// Nil where an embedding is near to none.
  let before: Shown?
  let after: Shown?

  static let key =
    "<p class=\"legend\">Each beside its nearest neighbour in the original, and the one that took its place; first where "
    + "the original puts that one farthest behind.</p>"

  var paths: [String] { [image.path] + [before, after].compactMap { $0?.path } }

  /// - Parameter thumbnails: small pictures by path, as data URIs.
  func html(_ thumbnails: [String: String]) -> String {
    """
    <div class="neighbors">
    \(Self.html("image", image, thumbnails))
    \(Self.html("nearest in the original", before, thumbnails))
    \(Self.html("nearest now", after, thumbnails))
    </div>
    """
  }

  private static func html(
    _ title: String, _ shown: Shown?, _ thumbnails: [String: String]
  ) -> String {
    let picture = shown.flatMap { thumbnails[$0.path] }.map {
      "<img alt=\"\" src=\"\($0)\">"
    }
    let facts = [
      shown?.label.map { "<b>\(Escaping.html($0))</b>" },
      shown?.similarity.map { "cosine \(ReportText.fixed($0, 3))" },
      (shown?.path).map { "<span class=\"path\">\(Escaping.html($0))</span>" },
    ].compactMap(\.self)
    return "<div>\(picture ?? "")<span class=\"soft\">\(title)</span>"
      + (shown == nil ? "none" : facts.joined(separator: "<br>")) + "</div>"
  }
}

extension NeighborChange {
  init(of image: Int, _ pair: NeighborPair, _ images: any MeasuredSamples) {
    func shown(_ place: Int, _ similarity: Double?) -> Shown {
      let sample = images.samples[place]
      let names = images.classNames
      return Shown(
        path: sample.path,
        label: names.indices.contains(sample.label) ? names[sample.label] : nil,
        similarity: similarity)
    }
    self.image = shown(image, nil)
    before = pair.before.map { shown($0.image, $0.similarity) }
    after = pair.after.map { shown($0.image, $0.similarity) }
  }
}
