/// How the number of images came about, which decides what intervals and p-values are valid.
public enum Sampling: String, Sendable, Codable, CaseIterable {
  /// It was set before any result was seen.
  case fixed

  /// The run stopped when the results had settled the verdict.
  case sequential

  /// The 95 % interval of the drop.
  func interval(_ counts: PairedCounts) -> Interval {
    switch self {
    case .fixed: Newcombe.interval(counts)
    case .sequential: ConfidenceSequence.interval(counts)
    }
  }

  /// An interval each end of which errs with a chance of 5 %.
  func oneSidedInterval(_ cells: Newcombe.Cells) -> Interval {
    switch self {
    case .fixed: Newcombe.interval(cells, z: Normal.quantile(0.95))
    case .sequential: ConfidenceSequence.interval(cells, perSide: 0.05)
    }
  }

  /// The exact and the mid-p-value of "equally accurate"; under repeated looks only one exists.
  func pValues(_ counts: PairedCounts) -> (exact: Double, mid: Double) {
    switch self {
    case .fixed:
      let test = McNemar(broken: counts.broken, fixed: counts.fixed)
      return (test.pValue, test.midP)
    case .sequential:
      let p = ConfidenceSequence.pValue(counts)
      return (p, p)
    }
  }
}
