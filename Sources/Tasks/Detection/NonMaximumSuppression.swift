/// Which of a network's boxes are detections (greedy non-maximum suppression, class by class).
public struct NonMaximumSuppression: Codable, Hashable, Sendable {
  /// A box goes that overlaps a better one of its class by more than this (intersection over union).
  public var overlap: Double
  /// As many of the best remain, of all classes together.
  public var limit: Int

  /// The defaults are Ultralytics' of its predictions and validations.
  public init(overlap: Double = 0.7, limit: Int = 300) {
    self.overlap = overlap
    self.limit = limit
  }

  /// What remains, by descending score; equal scores keep their order.
  public func kept(_ candidates: [Detection]) -> [Detection] {
    var kept: [Detection] = []
    for candidate in candidates.best(Self.candidateLimit) where kept.count < limit {
      let isCovered = kept.contains {
        $0.category == candidate.category && $0.box.overlap(candidate.box) > overlap
      }
      if !isCovered { kept.append(candidate) }
    }
    return kept
  }

  /// Ultralytics' `max_nms`: no image has more objects, and a broken network's boxes would take long.
  private static let candidateLimit = 30_000
}

extension [Detection] {
  /// The `count` of the highest scores, in their order; equal scores keep their order.
  public func best(_ count: Int) -> [Detection] {
    let order = indices.sorted {
      self[$0].score == self[$1].score ? $0 < $1 : self[$0].score > self[$1].score
    }
    return order.prefix(Swift.max(count, 0)).map { self[$0] }
  }
}
