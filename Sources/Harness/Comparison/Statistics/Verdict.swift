/// What a comparison says about an arm whose drop must stay below a margin.
public enum Verdict: String, Sendable, Codable, CaseIterable {
  case pass
  case fail
  case inconclusive
}

/// A verdict and, while it is open, how many images would settle it.
public struct Judgement: Sendable, Hashable {
  public let verdict: Verdict

  /// The number of images at which the same rates would give a verdict; nil when there is one
  /// already, or when the observed drop is too close to the margin for any number to do.
  public let imagesNeeded: Int?

  public init(_ verdict: Verdict, imagesNeeded: Int? = nil) {
    (self.verdict, self.imagesNeeded) = (verdict, imagesNeeded)
  }

  /// Judges by the one-sided 95 % intervals of the drop: passes when the upper end is below
  /// `maxDrop` (a fraction), fails when the lower end is above it.
  public init(_ counts: PairedCounts, maxDrop: Double, sampling: Sampling = .fixed) {
    let open = Self.verdict(sampling.oneSidedInterval(Newcombe.Cells(counts)), maxDrop)
    verdict = open
    imagesNeeded = open == .inconclusive ? Self.images(toSettle: counts, maxDrop, sampling) : nil
  }

  /// Both must hold: the worse of two verdicts.
  static func worse(_ one: Judgement?, _ other: Judgement?) -> Judgement? {
    guard let one, let other else { return one ?? other }
    if one.verdict != other.verdict {
      return one.verdict.severity > other.verdict.severity ? one : other
    }
    let isKnown = one.imagesNeeded != nil && other.imagesNeeded != nil
    return Judgement(
      one.verdict,
      imagesNeeded: isKnown ? max(one.imagesNeeded ?? 0, other.imagesNeeded ?? 0) : nil)
  }

  private static func verdict(_ interval: Interval, _ maxDrop: Double) -> Verdict {
    if interval.upper < maxDrop { return .pass }
    if interval.lower > maxDrop { return .fail }
    return .inconclusive
  }

  /// Doubles the table until it settles, then halves the gap; up to a thousand million images.
  private static func images(
    toSettle counts: PairedCounts, _ maxDrop: Double, _ sampling: Sampling
  ) -> Int? {
    func settles(_ images: Int) -> Bool {
      let cells = Newcombe.Cells(counts, scaledBy: Double(images) / Double(counts.total))
      return verdict(sampling.oneSidedInterval(cells), maxDrop) != .inconclusive
    }
    guard counts.total > 0 else { return nil }
    var open = counts.total
    var settled = 2 * open
    while !settles(settled) {
      guard settled < 1_000_000_000 else { return nil }
      (open, settled) = (settled, 2 * settled)
    }
    while settled - open > 1 {
      let middle = open + (settled - open) / 2
      if settles(middle) { settled = middle } else { open = middle }
    }
    return settled
  }
}
