/// A box that a network found.
public struct Detection: Codable, Hashable, Sendable {
  public var box: Box
  /// The index of its class.
  public var category: Int
  /// The network's confidence, by which detections are ordered.
  public var score: Double

  public init(box: Box, category: Int, score: Double) {
    self.box = box
    self.category = category
    self.score = score
  }
}

/// A box that is there.
public struct TruthBox: Codable, Hashable, Sendable {
  public var box: Box
  /// The index of its class.
  public var category: Int
  /// In square pixels. COCO's areas are of the object's mask, not of its box.
  public var area: Double
  /// Whether it stands for many objects: any number of detections may lie in it, and none of them counts.
  public var isCrowd: Bool
  /// Whether it need not be found, as VOC's difficult objects: the one detection that finds it does not count.
  public var isIgnored: Bool

  /// - Parameter area: the box's own where nil.
  public init(
    box: Box, category: Int, area: Double? = nil, isCrowd: Bool = false, isIgnored: Bool = false
  ) {
    self.box = box
    self.category = category
    self.area = area ?? box.area
    self.isCrowd = isCrowd
    self.isIgnored = isIgnored
  }
}

extension TruthBox {
  /// A reference's detection taken as truth.
  public init(_ detection: Detection) {
    self.init(box: detection.box, category: detection.category)
  }
}

extension [Detection] {
  /// The indices by class, within a class by descending score and then as found; scores that are not numbers come last.
  func rankedByCategory() -> [Int] {
    let keys = map { (category: $0.category, score: $0.score.isNaN ? -.infinity : $0.score) }
    return indices.sorted { first, second in
      if keys[first].category != keys[second].category {
        return keys[first].category < keys[second].category
      }
      return keys[first].score == keys[second].score
        ? first < second : keys[first].score > keys[second].score
    }
  }
}
