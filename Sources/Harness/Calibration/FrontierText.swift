import CalibrantQuantization

/// What a search for bits per layer says: sizes and costs along the frontier, and the bits of each layer.
public enum FrontierText {
  /// Points shown of a long frontier.
  private static let shown = 12

  public static func render(
    _ frontier: BitAllocation, tried: [BitSearch.Outcome], chosen: [String: Int]
  ) -> String {
    let points = frontier.frontier
    let step = max(1, (points.count + shown - 1) / shown)
    let indices = points.indices.filter { $0 % step == 0 || $0 == points.count - 1 }
    let areClasses = tried.contains { $0.disagreement != nil }
    var lines = [
      "weights, bytes   expected \(areClasses ? "KL" : "loss")   float/8/4-bit layers"
    ]
    lines += indices.map { index in
      let point = points[index]
      let counts = [32, 8, 4].map { bits in "\(point.bits.count { $0 == bits })" }
      return [
        ReportText.bytes(point.storedBits / 8), ReportText.fixed(point.cost, 5),
        counts.joined(separator: "/"),
      ].joined(separator: "   ")
    }
    lines += tried.map { outcome in
      let cost =
        outcome.disagreement.map {
          "KL \(ReportText.fixed(outcome.cost, 5)), \(ReportText.fixed(100 * $0, 1)) % of samples change class"
        } ?? "\(ReportText.fixed(100 * outcome.cost, 3)) % of the outputs' variance is error"
      return "tried: \(ReportText.bytes(outcome.bytes)), \(cost)"
    }
    lines += frontier.layers.map { layer in
      "\(layer.name): \(chosen[layer.name].map { "\($0) bits" } ?? "float")"
    }
    return lines.joined(separator: "\n")
  }
}
