/// How many hits reach each of `COCOGrid.recalls`, and one more that none reaches.
struct RecallHits {
  private let hits: [Lanes]

  init(truths: Lanes) {
    hits =
      COCOGrid.recalls.map { Self.hits(reaching: $0, of: truths) }
      + [Lanes(repeating: .infinity)]
  }

  subscript(recall: Int) -> Lanes { hits[recall] }

  /// The least hits whose share of the truths, as it is rounded, is `recall` or more.
  private static func hits(reaching recall: Double, of truths: Lanes) -> Lanes {
    // Rounded, the product is no more than one off.
    var hits = (recall * truths).rounded(.down)
    hits.replace(with: hits - 1, where: (hits - 1) / truths .>= recall)
    hits.replace(with: hits + 1, where: hits / truths .< recall)
    return hits
  }
}
