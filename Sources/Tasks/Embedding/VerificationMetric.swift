/// How many pairs of images are told right, the same or not, by whether their cosine reaches a threshold: the best one.
///
/// Weights are of pairs. A resample has a threshold of its own, since it is as much part of the measure as the cosines.
public struct VerificationMetric: WeightedMetric {
  /// By falling cosine.
  private let pairs: [Pair]

  private struct Pair {
    let index: Int
    let cosine: Double
    let isSame: Bool
  }

  public init(cosines: [Double], isSame: [Bool]) {
    precondition(cosines.count == isSame.count, "a pair is the same or not")
    pairs = zip(cosines, isSame).enumerated().map { index, pair in
      Pair(index: index, cosine: pair.0, isSame: pair.1)
    }.sorted { ($1.cosine, $0.index) < ($0.cosine, $1.index) }
  }

  /// - Parameter gallery: what the second image of each pair is looked up in: records of the same images in the same order.
  public init(
    _ records: [EmbeddingRecord], gallery: [EmbeddingRecord], pairs: [VerificationPair]
  ) {
    self.init(
      cosines: Self.cosines(records, gallery: gallery, pairs: pairs), isSame: pairs.map(\.isSame))
  }

  /// Of the first image of each pair with the gallery's second one.
  public static func cosines(
    _ records: [EmbeddingRecord], gallery: [EmbeddingRecord], pairs: [VerificationPair]
  ) -> [Double] {
    let (queries, gallery) = (
      UnitVectors(records.map(\.vector)), UnitVectors(gallery.map(\.vector))
    )
    return pairs.map { queries.cosine($0.first, gallery, $0.second) }
  }

  public func value(weights: [Int]) -> Double? { best(weights: weights)?.accuracy }

  /// The accuracy, and the threshold: pairs of at least that cosine are called the same. The highest threshold of equally good
  /// ones; infinite where it is best to call none the same.
  public func best(weights: [Int]) -> (accuracy: Double, threshold: Double)? {
    precondition(weights.count == pairs.count, "a weight per pair")
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    // None is called the same at first; each pair that is changes one answer.
    var right = pairs.reduce(0) { $0 + ($1.isSame ? 0 : weights[$1.index]) }
    var best = (right: right, threshold: Double.infinity)
    for (place, pair) in pairs.enumerated() {
      right += pair.isSame ? weights[pair.index] : -weights[pair.index]
      let isLastOfEquals = place + 1 == pairs.count || pairs[place + 1].cosine < pair.cosine
      if isLastOfEquals && right > best.right { best = (right, pair.cosine) }
    }
    return (Double(best.right) / Double(total), best.threshold)
  }
}

/// Two images that are of the same identity, or are not.
public struct VerificationPair: Sendable, Hashable {
  /// Places of the images.
  public let first: Int
  public let second: Int
  public let isSame: Bool

  public init(first: Int, second: Int, isSame: Bool) {
    self.first = first
    self.second = second
    self.isSame = isSame
  }
}
