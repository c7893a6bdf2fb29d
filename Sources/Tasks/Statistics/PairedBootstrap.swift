import CalibrantLinearAlgebra

/// Images drawn with replacement, the same ones for both arms of a comparison.
///
/// A resample is how often each image counts, so that one drawn twice counts twice (Efron and Tibshirani 1993, "An
/// Introduction to the Bootstrap", chapter 6). Each has a random stream of its own: parts of them, worked on anywhere, are
/// the same as all in one go.
public struct PairedBootstrap: Sendable {
  public let imageCount: Int
  private let seeds: [UInt64]

  /// - Parameter seed: equal seeds give equal resamples on every machine; a digest of the images, say.
  public init(imageCount: Int, resampleCount: Int = 2000, seed: UInt64) {
    precondition(imageCount > 0 && resampleCount > 0, "a resample is drawn from images")
    self.imageCount = imageCount
    // Outputs of a generator, since neighbouring seeds would give overlapping streams.
    var random = SplitMix64(seed: seed)
    seeds = (0..<resampleCount).map { _ in random.next() }
  }

  public var resampleCount: Int { seeds.count }

  /// How often a resample draws each image: `imageCount` in all.
  public func weights(ofResample index: Int) -> [Int] {
    var random = SplitMix64(seed: seeds[index])
    var weights = [Int](repeating: 0, count: imageCount)
    for _ in 0..<imageCount {
      weights[Int(random.next().multipliedFullWidth(by: UInt64(imageCount)).high)] += 1
    }
    return weights
  }

  /// A metric in some of the resamples; nil where a resample has none.
  public func values(
    of resamples: Range<Int>, _ metric: (_ weights: [Int]) -> Double?
  ) -> [Double?] {
    resamples.map { metric(weights(ofResample: $0)) }
  }

  /// The same, weighed together.
  public func values(of resamples: Range<Int>, _ metric: some WeightedMetric) -> [Double?] {
    metric.values(weights: resamples.map(weights(ofResample:)))
  }

  /// The first arm's metric less the second's in some of the resamples; nil where either has none.
  public func differences(
    of resamples: Range<Int>, first: (_ weights: [Int]) -> Double?,
    second: (_ weights: [Int]) -> Double?
  ) -> [Double?] {
    values(of: resamples) { weights in
      guard let first = first(weights), let second = second(weights) else { return nil }
      return first - second
    }
  }
}

extension PairedBootstrap {
  /// The interval that values of all resamples, or differences, give.
  ///
  /// - Parameter effectiveImageCount: that of the metric; nil for all images.
  /// - Returns: nil where no resample has a value, or there is one image alone.
  public func interval(
    of values: [Double?], effectiveImageCount: Double? = nil, confidence: Double = 0.95
  ) -> ClosedRange<Double>? {
    guard imageCount > 1 else { return nil }
    return BootstrapInterval.expanded(
      values, imageCount: count(effectiveImageCount), confidence: confidence)
  }

  /// How much speaks against there being no difference: 1 less the confidence of the widest interval of `differences` that does
  /// not hold 0. Two-sided, at most 1; it cannot be smaller than the number of resamples can tell.
  public func pValue(of differences: [Double?], effectiveImageCount: Double? = nil) -> Double? {
    guard imageCount > 1 else { return nil }
    return BootstrapInterval.pValue(differences, imageCount: count(effectiveImageCount))
  }

  private func count(_ effective: Double?) -> Double {
    max(min(effective ?? .infinity, Double(imageCount)), 2)
  }
}
