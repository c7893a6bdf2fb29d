/// Goes down the detections of a class by score and keeps what its precision-recall curves are worth, at each of
/// `COCOGrid.overlaps`.
///
/// Precision at a recall is the best one at that recall or later, so it is enough to look at a curve where a miss follows hits,
/// and at its end. That is what makes a resample cheap: most steps only count.
struct PrecisionWalk {
  private let truths: Int
  /// By recall of `COCOGrid.recalls`: how many hits reach it. No number of hits reaches the last.
  private let needed: [Int]
  /// Detections so far, whatever they count as.
  private var detections = 0
  /// By overlap, as the three that follow.
  private var hits: [Int]
  private var ignored: [Int]
  /// How many recalls are reached.
  private var reached: [Int]
  /// Which curves rose since they were last looked at.
  private var risen: UInt16 = 0
  /// By overlap and recall: the best precision where it was the highest recall reached.
  private var best: [Double]

  init(truths: Int) {
    self.truths = truths
    needed = COCOGrid.recalls.map { Self.hits(reaching: $0, of: truths) } + [.max]
    let none = Array(repeating: 0, count: COCOGrid.overlaps.count)
    (hits, ignored, reached) = (none, none, none)
    best = Array(repeating: 0, count: COCOGrid.overlaps.count * COCOGrid.recalls.count)
  }

  mutating func take(_ step: RankedClass.Step, times weight: Int) {
    let falling = risen & ~(step.hits | step.ignored)
    if falling != 0 { look(at: falling) }
    detections += weight
    forEachBit(of: step.hits) { hits[$0] += weight }
    forEachBit(of: step.ignored) { ignored[$0] += weight }
    risen |= step.hits
  }

  mutating func finish(category: Int) -> ClassPrecision {
    look(at: risen)
    return ClassPrecision(
      category: category, precision: COCOGrid.overlaps.indices.map(averagePrecision),
      recall: hits.map { Double($0) / Double(truths) })
  }

  /// Enters the precision of curves at their last hit.
  private mutating func look(at falling: UInt16) {
    risen &= ~falling
    forEachBit(of: falling) { curve in
      let hits = hits[curve]
      var recall = reached[curve]
      while needed[recall] <= hits { recall += 1 }
      reached[curve] = recall
      // As in pycocotools, where the sum is not to be 0.
      let precision = Double(hits) / (Double(detections - ignored[curve]) + .ulpOfOne)
      let place = curve * COCOGrid.recallCount + recall - 1
      best[place] = max(best[place], precision)
    }
  }

  private func averagePrecision(_ curve: Int) -> Double {
    let first = curve * COCOGrid.recallCount
    var (highest, sum) = (0.0, 0.0)
    for precision in best[first..<first + COCOGrid.recallCount].reversed() {
      highest = max(highest, precision)
      sum += highest
    }
    return sum / Double(COCOGrid.recallCount)
  }

  /// The least hits whose share of the truths, as it is rounded, is `recall` or more.
  private static func hits(reaching recall: Double, of truths: Int) -> Int {
    var hits = Int(recall * Double(truths))
    while hits > 0, Double(hits - 1) / Double(truths) >= recall { hits -= 1 }
    while Double(hits) / Double(truths) < recall { hits += 1 }
    return hits
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
