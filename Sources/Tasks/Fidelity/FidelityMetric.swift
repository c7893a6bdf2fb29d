/// A measure of one output, or of a part, that resamples weigh: SQNR or cosine of all values of the images drawn.
public struct FidelityMetric: WeightedMetric {
  public enum Measure: Sendable {
    case sqnr, cosine
  }

  public let measure: Measure
  private let distances: [OutputDistance]

  /// - Parameter distances: one per image.
  public init(_ measure: Measure, of distances: [OutputDistance]) {
    self.measure = measure
    self.distances = distances
  }

  public func value(weights: [Int]) -> Double? {
    switch measure {
    case .sqnr: Decibels.ratio(sum(weights, \.signal), sum(weights, \.noise))
    case .cosine:
      Cosine.similarity(sum(weights, \.product), sum(weights, \.signal), sum(weights, \.power))
    }
  }

  private func sum(_ weights: [Int], _ term: KeyPath<OutputDistance, Double>) -> Double {
    precondition(weights.count == distances.count, "a weight per image")
    return zip(weights, distances).reduce(0) { $0 + Double($1.0) * $1.1[keyPath: term] }
  }
}
