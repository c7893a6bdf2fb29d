extension DetectionRecord {
  /// Matches as pycocotools' `COCOeval.evaluateImg` does: in order of score, each detection takes the free truth of its class
  /// that it overlaps most (of equal overlaps the last), ignored truths only where no other is left.
  ///
  /// pycocotools takes a truth whose id is 0 for none; here every truth counts.
  public init(detections: [Detection], truths: [TruthBox]) {
    let there = Dictionary(grouping: truths, by: \.category)
    self.truths = there.sorted { $0.key < $1.key }.map(TruthCount.init)
    let ranked = detections.rankedByCategory().map { detections[$0] }
    matches = ranked.stretches(by: \.category).flatMap { stretch in
      var matching = ClassMatching(there[stretch.value] ?? [])
      return ranked[stretch.range].prefix(COCOGrid.matchedDetections).map { matching.match($0) }
    }
  }
}

extension TruthCount {
  fileprivate init(category: Int, truths: [TruthBox]) {
    self.init(category: category, counted: .zero)
    for size in BoxSize.allCases {
      counted[size.rawValue] = Int32(clamping: truths.count { !$0.isOut(of: size) })
    }
  }
}

extension TruthBox {
  /// Whether it does not count among the objects of this size.
  fileprivate func isOut(of size: BoxSize) -> Bool {
    isCrowd || isIgnored || !size.areas.contains(area)
  }
}

/// The truths of one class in one image, and which of them are taken.
private struct ClassMatching {
  private struct Candidate {
    let truth: Int
    let overlap: Double
  }

  private let truths: [TruthBox]
  /// By truth.
  private let isOut: [BySize<UInt8>]
  /// By truth; bit t is for `COCOGrid.overlaps[t]`.
  private var taken: [BySize<UInt16>]
  private var candidates: [Candidate] = []

  init(_ truths: [TruthBox]) {
    self.truths = truths
    taken = Array(repeating: .zero, count: truths.count)
    isOut = truths.map { truth in
      var out = BySize<UInt8>.zero
      for size in BoxSize.allCases where truth.isOut(of: size) { out[size.rawValue] = 1 }
      return out
    }
  }

  mutating func match(_ detection: Detection) -> DetectionMatch {
    findCandidates(of: detection.box)
    var match = DetectionMatch(
      category: detection.category, score: detection.score, hits: .zero, ignored: .zero)
    for size in BoxSize.allCases {
      let isOutside = !size.areas.contains(detection.box.area)
      for (index, overlap) in COCOGrid.overlaps.enumerated() {
        let bit = UInt16(1) << UInt16(index)
        if candidate(size, from: overlap, bit, out: 0) {
          match.hits[size.rawValue] |= bit
        } else if candidate(size, from: overlap, bit, out: 1) || isOutside {
          match.ignored[size.rawValue] |= bit
        }
      }
    }
    return match
  }

  /// The truths that a detection could find at the lowest threshold.
  private mutating func findCandidates(of box: Box) {
    candidates.removeAll(keepingCapacity: true)
    for (index, truth) in truths.enumerated() {
      let overlap = truth.isCrowd ? box.share(in: truth.box) : box.overlap(truth.box)
      if overlap >= COCOGrid.overlaps[0] {
        candidates.append(Candidate(truth: index, overlap: overlap))
      }
    }
  }

  /// Takes the best of the free candidates that count (`out` is 0) or that do not (`out` is 1).
  private mutating func candidate(
    _ size: BoxSize, from threshold: Double, _ bit: UInt16, out: UInt8
  ) -> Bool {
    var best = -1
    var least = min(threshold, 1 - 1e-10)
    for candidate in candidates where candidate.overlap >= least {
      let truth = candidate.truth
      let isFree = taken[truth][size.rawValue] & bit == 0 || truths[truth].isCrowd
      guard isFree, isOut[truth][size.rawValue] == out else { continue }
      (best, least) = (truth, candidate.overlap)
    }
    if best >= 0 { taken[best][size.rawValue] |= bit }
    return best >= 0
  }
}
