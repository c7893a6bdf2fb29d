/// The image nearest to another one, before and after.
struct NeighborChange {
  struct Neighbor {
    let path: String
    /// The name of its class, where it has one.
    let label: String?
    /// The cosine of the angle between the embeddings, -1...1.
    let similarity: Double?
  }

  /// Nil where an embedding is near to none.
  let before: Neighbor?
  let after: Neighbor?

  var html: String { "<span>\(Self.text(before)) → <b>\(Self.text(after))</b></span>" }

  private static func text(_ neighbor: Neighbor?) -> String {
    guard let neighbor else { return "none" }
    let facts = [
      neighbor.label, neighbor.similarity.map { "cosine \(ReportText.fixed($0, 3))" },
    ].compactMap(\.self)
    let more = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
    return Escaping.html(neighbor.path + more)
  }
}
