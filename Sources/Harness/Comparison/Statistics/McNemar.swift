/// McNemar's test: could `broken` and `fixed` be fair coin tosses?
///
/// M. W. Fagerland, S. Lydersen, P. Laake, "The McNemar test for binary matched-pairs data: mid-p
/// and asymptotic are better than exact conditional", 2013.
public struct McNemar: Sendable, Hashable {
  /// The exact conditional two-sided p-value: 2·P(X ≤ min), at most 1.
  public let pValue: Double

  /// The mid-p-value 2·P(X < min) + P(X = min): the observed outcome counts half.
  public let midP: Double

  /// - Parameters: the discordant pairs, both at least 0. Takes O(√n) significant steps.
  public init(broken: Int, fixed: Int) {
    precondition(broken >= 0 && fixed >= 0, "counts cannot be negative")
    let (below, at) = Self.tail(of: broken + fixed, through: min(broken, fixed))
    pValue = min(1, 2 * (below + at))
    midP = min(1, 2 * below + at)
  }

  /// P(X < k) and P(X = k) for X ~ Binomial(n, ½), k ≤ n/2.
  ///
  /// Weights relative to the largest one by the ratio of neighbours, divided by their sum: no
  /// factorial, so no cancellation, however large n is.
  private static func tail(of n: Int, through k: Int) -> (below: Double, at: Double) {
    let centre = n / 2
    var weight = 1.0
    var half = 0.0  // all weights through the centre
    var below = 0.0
    var at = 0.0
    var i = centre
    while i >= 0 && weight > 0 {
      half += weight
      if i == k { at = weight }
      if i < k { below += weight }
      weight *= Double(i) / Double(n - i + 1)
      i -= 1
    }
    let total = n.isMultiple(of: 2) ? 2 * half - 1 : 2 * half
    return (below / total, at / total)
  }
}
