/// What matching one image's detections with its truth leaves behind.
public struct DetectionRecord: Codable, Hashable, Sendable {
  /// By class, within a class by descending score; at most `COCOGrid.matchedDetections` of a class.
  public var matches: [DetectionMatch]
  /// By class; a class without truth in the image is not there.
  public var truths: [TruthCount]
}

/// What a detection counts as. Bit t of a mask is for `COCOGrid.overlaps[t]`.
public struct DetectionMatch: Hashable, Sendable {
  public var category: Int
  public var score: Double
  /// Where it found a truth that counts.
  public var hits: BySize<UInt16>
  /// Where it counts neither as a hit nor as a miss: it found what is ignored, or is of another size and found nothing.
  public var ignored: BySize<UInt16>
}

/// How many truths of a class an image has.
public struct TruthCount: Codable, Hashable, Sendable {
  public var category: Int
  /// Without what is ignored: crowds, difficult ones, other sizes.
  public var counted: BySize<Int32>
}

/// Of boxes of all sizes alone, as results keep them: of single sizes nothing is known.
extension DetectionRecord {
  public init(allSizes matches: [DetectionMatch], truths: [TruthCount]) {
    (self.matches, self.truths) = (matches, truths)
  }
}

extension DetectionMatch {
  public init(category: Int, score: Double, allSizes hits: UInt16, ignored: UInt16) {
    (self.category, self.score, self.hits, self.ignored) = (category, score, .zero, .zero)
    self.hits[BoxSize.all.rawValue] = hits
    self.ignored[BoxSize.all.rawValue] = ignored
  }
}

extension TruthCount {
  public init(category: Int, allSizes count: Int32) {
    (self.category, counted) = (category, .zero)
    counted[BoxSize.all.rawValue] = count
  }
}

extension DetectionRecord {
  /// Whether matching could have left this: in order, no more of a class than are matched, nothing both a hit and ignored.
  public var isPossible: Bool {
    let classes = matches.stretches(by: \.category)
    return Self.ascend(truths.map(\.category)) && Self.ascend(classes.map(\.value))
      && classes.allSatisfy { $0.range.count <= COCOGrid.matchedDetections }
      && truths.allSatisfy { truth in truth.counted.min() >= 0 }
      && zip(matches, matches.dropFirst()).allSatisfy {
        $0.category != $1.category || $0.score >= $1.score
      }
      && matches.allSatisfy { match in
        (match.hits & match.ignored) == .zero && (match.hits | match.ignored).max() < 1 << 10
      }
  }

  private static func ascend(_ categories: [Int]) -> Bool {
    zip(categories, categories.dropFirst()).allSatisfy { $0 < $1 }
  }
}
