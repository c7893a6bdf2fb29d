/// Goes down the detections of a class by score and keeps what its precision-recall curves are worth, at each of
/// `COCOGrid.overlaps`, in several resamples at once.
///
/// Precision at a recall is the best one at that recall or later, so it is enough to look at a curve where a miss follows hits,
/// and at its end. That is what makes a resample cheap: most steps only count. An image that a resample does not draw changes
/// none of its counts, so where to look is the same for all.
struct PrecisionWalk {
  private let truths: Lanes
  private let needed: RecallHits
  /// Detections so far, whatever they count as.
  private var detections = Lanes.zero
  /// By overlap.
  private var curves: [PrecisionCurve]
  /// Which curves rose since they were last looked at.
  private var risen: UInt16 = 0

  init(truths: Lanes) {
    self.truths = truths
    let needed = RecallHits(truths: truths)
    self.needed = needed
    curves = COCOGrid.overlaps.map { _ in PrecisionCurve(needed) }
  }

  mutating func take(_ step: RankedClass.Step, times weights: Lanes) {
    let falling = risen & ~(step.hits | step.ignored)
    if falling != 0 { look(at: falling) }
    detections += weights
    forEachBit(of: step.hits) { curves[$0].hit(weights) }
    forEachBit(of: step.ignored) { curves[$0].ignore(weights) }
    risen |= step.hits
  }

  /// By resample; nil without truths.
  mutating func finish(category: Int) -> [ClassPrecision?] {
    look(at: risen)
    let precision = curves.indices.map { curves[$0].average() }
    let recall = curves.map { $0.hits / truths }
    return truths.indices.map { lane in
      truths[lane] == 0
        ? nil
        : ClassPrecision(
          category: category, precision: precision.map { $0[lane] }, recall: recall.map { $0[lane] }
        )
    }
  }

  /// Enters the precision of curves at their last hit.
  private mutating func look(at falling: UInt16) {
    risen &= ~falling
    forEachBit(of: falling) { curves[$0].look(after: detections, needed) }
  }
}

@inline(__always)
private func forEachBit(of mask: UInt16, _ body: (Int) -> Void) {
  var rest = mask
  while rest != 0 {
    body(rest.trailingZeroBitCount)
    rest &= rest - 1
  }
}
