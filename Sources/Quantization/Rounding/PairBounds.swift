import CalibrantEngine

/// Keeps the codes of weights whose products are added first where no input makes their sum leave 16 bits (`PairBound`).
struct PairBounds: Sendable {
  private static let limit = Double(PairBound.limit)

  /// By visited column, its partner; nil for a column that is alone.
  let partners: [Int?]

  /// - Parameter columns: for each visited column, its place in the weights.
  init(_ order: PairOrder, visiting columns: [Int]) {
    var visited = [Int](repeating: 0, count: columns.count)
    for (index, place) in columns.enumerated() { visited[place] = index }
    var partners = [Int?](repeating: nil, count: columns.count)
    for (first, second) in order.pairs {
      partners[visited[first]] = visited[second]
      partners[visited[second]] = visited[first]
    }
    self.partners = partners
  }

  /// The lowest and the highest code beside a partner's.
  @inline(__always)
  static func limits(beside code: Double) -> (low: Double, high: Double) {
    (-limit - min(code, 0), limit - max(code, 0))
  }

  /// Two codes moved towards 0, both alike, until they fit; an odd step is the larger one's.
  static func fitted(_ a: Double, _ b: Double) -> (Double, Double) {
    let above = max(a, 0) + max(b, 0) - limit
    if above > 0 {
      let (more, less) = ((above / 2).rounded(.up), (above / 2).rounded(.down))
      return a >= b ? (a - more, b - less) : (a - less, b - more)
    }
    let below = -limit - min(a, 0) - min(b, 0)
    guard below > 0 else { return (a, b) }
    let (more, less) = ((below / 2).rounded(.up), (below / 2).rounded(.down))
    return a <= b ? (a + more, b + less) : (a + less, b + more)
  }
}

extension RowCodes {
  /// Moves every pair of codes within its bounds.
  mutating func fit(_ bounds: PairBounds) {
    for (column, partner) in bounds.partners.enumerated() {
      guard let partner, partner > column else { continue }
      for row in 0..<rows {
        let (a, b) = (row * columns + column, row * columns + partner)
        (codes[a], codes[b]) = PairBounds.fitted(codes[a], codes[b])
      }
    }
  }
}
