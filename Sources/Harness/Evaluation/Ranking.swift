/// The classes of the highest scores of one sample, highest first, ties to the lower class.
///
/// Scores that hold NaN or +∞ have no order that means anything, nor have such that are all −∞: they rank no class.
public struct Ranking: Sendable, Codable, Hashable {
  public let classes: [Int]
  /// The lead of the first over the second.
  public let margin: Float

  /// - Parameter limit: how many classes to keep, at least 1.
  public init(_ scores: some RandomAccessCollection<Float>, limit: Int) {
    guard Self.haveOrder(scores) else {
      (classes, margin) = ([], 0)
      return
    }
    // Sorted by insertion: with few to keep, nearly every score fails the first comparison. The second score is
    // kept in any case, for the margin.
    var best: [(score: Float, class: Int)] = []
    let kept = max(limit, 2)
    for (index, score) in scores.enumerated() {
      if best.count == kept {
        guard score > best[kept - 1].score else { continue }
        best.removeLast()
      }
      let place = best.firstIndex { score > $0.score } ?? best.count
      best.insert((score, index), at: place)
    }
    classes = best.prefix(limit).map(\.class)
    // One finite score is above any number of −∞ by no finite margin.
    let lead = best.count > 1 ? best[0].score - best[1].score : 0
    margin = lead.isFinite ? lead : .greatestFiniteMagnitude
  }

  /// A ranking that is known.
  init(classes: [Int], margin: Float) { (self.classes, self.margin) = (classes, margin) }

  /// Whether no class was ranked, for want of scores to rank by.
  public var isEmpty: Bool { classes.isEmpty }

  private static func haveOrder(_ scores: some RandomAccessCollection<Float>) -> Bool {
    var hasFinite = scores.isEmpty
    for score in scores {
      if score.isNaN || score == .infinity { return false }
      if score.isFinite { hasFinite = true }
    }
    return hasFinite
  }
}

/// A model's highest classes on a set of samples, without all its scores.
public struct Rankings: Sendable {
  public var samples: [Ranking]
  /// How many classes the model scores.
  public var classes: Int
  /// Wall-clock seconds from the first sample to the last.
  public var seconds: Double

  public init(samples: [Ranking], classes: Int, seconds: Double) {
    self.samples = samples
    self.classes = classes
    self.seconds = seconds
  }
}
