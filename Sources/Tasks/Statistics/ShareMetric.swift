/// The share of images of which something holds: that the class is right, or the same as another model's.
public struct ShareMetric: WeightedMetric {
  /// Image by image; nil of those that the question does not arise for.
  public let holds: [Bool?]

  /// - Parameter holds: nil for images that the question does not arise for.
  public init(_ holds: [Bool?]) { self.holds = holds }

  public func value(weights: [Int]) -> Double? {
    let (successes, count) = counts(weights: weights)
    return count > 0 ? Double(successes) / Double(count) : nil
  }

  public var effectiveImageCount: Double? { Double(holds.count { $0 != nil }) }

  /// How many images it holds of, and how many there are.
  public func counts(weights: [Int]) -> (successes: Int, count: Int) {
    precondition(weights.count == holds.count, "a weight per image")
    return zip(weights, holds).reduce(into: (0, 0)) { counts, image in
      guard let holds = image.1 else { return }
      counts.1 += image.0
      if holds { counts.0 += image.0 }
    }
  }
}
