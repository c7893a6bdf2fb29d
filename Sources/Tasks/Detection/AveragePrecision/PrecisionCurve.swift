/// Precision by recall at one overlap, in each of several resamples.
struct PrecisionCurve {
  private(set) var hits = Lanes.zero
  private var ignored = Lanes.zero
  /// The highest recall reached, of `COCOGrid.recalls`.
  private var reached = SIMD8<Int>.zero
  /// The hits that reach the next recall.
  private var next: Lanes
  /// The best precision since `reached` was.
  private var highest = Lanes.zero
  /// The same of each recall before that; 0 for those that were never the highest.
  private var best = [Lanes](repeating: .zero, count: COCOGrid.recallCount)

  init(_ needed: RecallHits) { next = needed[1] }

  mutating func hit(_ weights: Lanes) { hits += weights }

  mutating func ignore(_ weights: Lanes) { ignored += weights }

  /// Enters the precision after so many detections. Places between hits may be looked at or not: the last hit of a run is the
  /// best of it.
  mutating func look(after detections: Lanes, _ needed: RecallHits) {
    let rising = hits .>= next
    if any(rising) { reach(where: rising, needed) }
    // As in pycocotools, where the sum is not to be 0.
    let precision = hits / (detections - ignored + .ulpOfOne)
    highest.replace(with: precision, where: highest .< precision)
  }

  private mutating func reach(where rising: SIMDMask<Lanes.MaskStorage>, _ needed: RecallHits) {
    for lane in rising.indices where rising[lane] {
      var recall = reached[lane]
      best[recall][lane] = highest[lane]
      while needed[recall + 1][lane] <= hits[lane] { recall += 1 }
      (reached[lane], next[lane]) = (recall, needed[recall + 1][lane])
    }
    highest.replace(with: 0, where: rising)
  }

  /// The mean, over recalls, of the best precision at that recall or more.
  mutating func average() -> Lanes {
    for lane in highest.indices { best[reached[lane]][lane] = highest[lane] }
    var (highest, sum) = (Lanes.zero, Lanes.zero)
    for precision in best.reversed() {
      highest.replace(with: precision, where: highest .< precision)
      sum += highest
    }
    return sum / Double(COCOGrid.recallCount)
  }
}
