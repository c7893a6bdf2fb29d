import CalibrantTasks

/// One data set drawn from a population, and the intervals that three methods give for the difference of the arms.
struct CoverageTrial {
  /// As Calibrant gives it, by plain percentiles, and by BCa.
  let intervals: [ClosedRange<Double>]

  static let methods = ["calibrant", "percentile", "BCa"]

  init(_ population: some Population, images: Int, resamples: Int, seed: UInt64) {
    var draws = Draws(seed: seed)
    let drawn = (0..<images).map { _ in draws.index(below: population.count) }
    let (first, second) = population.metrics(of: drawn)
    func differences(_ weights: [[Int]]) -> [Double?] {
      zip(first.values(weights: weights), second.values(weights: weights)).map { first, second in
        guard let first, let second else { return nil }
        return first - second
      }
    }
    let bootstrap = PairedBootstrap(imageCount: images, resampleCount: resamples, seed: ~seed)
    let values = differences((0..<resamples).map(bootstrap.weights(ofResample:)))
    let sorted = values.compactMap(\.self).sorted()
    let once = [Int](repeating: 1, count: images)
    let corrected = BiasCorrected(
      sorted: sorted, estimate: differences([once])[0] ?? 0,
      leavingOut: differences(
        (0..<images).map { left in
          var weights = once
          weights[left] = 0
          return weights
        }
      ).compactMap(\.self))
    func between(_ low: Double, _ high: Double) -> ClosedRange<Double> {
      Self.quantile(sorted, low)...Self.quantile(sorted, high)
    }
    intervals = [
      bootstrap.interval(of: values, effectiveImageCount: first.effectiveImageCount) ?? 0...0,
      between(0.025, 0.975),
      between(corrected.share(0.025), corrected.share(0.975)),
    ]
  }

  private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
