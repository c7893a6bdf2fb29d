import Foundation

/// An interval of the drop that stays valid however often one looks and whenever one stops.
///
/// A gambler who doubts "the drop is at least m" stakes a share of his wealth on every image turning
/// out better than m. If the doubt is wrong his wealth is a supermartingale, so it ever grows
/// twentyfold with a chance of at most 5 % (Ville 1939), at any look. The stakes here are a fixed
/// mixture, so the wealth depends on the counts alone and not on the order of the images.
///
/// I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting", 2024. It
/// holds for images that come in an order that says nothing of their difficulty: shuffle them first.
public enum ConfidenceSequence {
  /// Shares of the largest stake that can never ruin the gambler, each with an equal part of the wealth.
  /// Small ones serve when images rarely differ, large ones when nearly all that differ agree.
  private static let stakes = (0..<28).map { 0.98 * exp2(-Double($0) / 3) }

  /// The drops that no look at these counts has refuted; all of −1…1 when there are no images.
  ///
  /// - Parameter confidence: of both ends together; each end errs with half the rest.
  public static func interval(_ counts: PairedCounts, confidence: Double = 0.95) -> Interval {
    interval(Newcombe.Cells(counts), perSide: (1 - confidence) / 2)
  }

  static func interval(_ cells: Newcombe.Cells, perSide error: Double) -> Interval {
    let upper = bound(worse: cells.b, better: cells.c, same: cells.a + cells.d, error)
    let lower = -bound(worse: cells.c, better: cells.b, same: cells.a + cells.d, error)
    return Interval(min(lower, upper), max(lower, upper))
  }

  /// Whether the counts refute that the drop is at least `drop`, with a chance of `error` that any look
  /// ever does so wrongly.
  static func refutes(dropOfAtLeast drop: Double, _ cells: Newcombe.Cells, error: Double) -> Bool {
    logWealth(against: drop, worse: cells.b, better: cells.c, same: cells.a + cells.d) >= -log(
      error)
  }

  /// A p-value of "the two are equally accurate" that may be looked at as often as one likes: at most
  /// α with a chance of at most α at any stopping time.
  public static func pValue(_ counts: PairedCounts) -> Double {
    let (b, c) = (Double(counts.broken), Double(counts.fixed))
    let same = Double(counts.bothRight + counts.bothWrong)
    let wealth =
      (exp(logWealth(against: 0, worse: b, better: c, same: same))
        + exp(logWealth(against: 0, worse: c, better: b, same: same))) / 2
    return min(1, 1 / wealth)
  }

  /// The smallest drop that is refuted as too large, by halving: wealth grows with the drop it doubts.
  private static func bound(
    worse: Double, better: Double, same: Double, _ error: Double
  ) -> Double {
    var (open, refuted) = (-1.0, 1.0)
    for _ in 0..<50 {
      let middle = (open + refuted) / 2
      let wealth = logWealth(against: middle, worse: worse, better: better, same: same)
      if wealth >= -log(error) { refuted = middle } else { open = middle }
    }
    return refuted
  }

  /// The logarithm of what 1 became by betting against "the drop is at least `drop`", −1 ≤ `drop` < 1.
  private static func logWealth(
    against drop: Double, worse: Double, better: Double, same: Double
  ) -> Double {
    // A stake of share/(1 − drop) loses all of the share on a broken image, never more.
    let logs = stakes.map { share in
      worse * log1p(-share) + same * log1p(share * drop / (1 - drop))
        + better * log1p(share * (1 + drop) / (1 - drop))
    }
    let highest = logs.max() ?? 0
    return highest + log(logs.reduce(0) { $0 + exp($1 - highest) } / Double(logs.count))
  }
}
