import Foundation

/// The interval that the values of a metric in resamples give: percentiles, a little further out than the confidence asks for.
///
/// Resamples of n images vary by √((n − 1) / n) too little, and their percentiles are those of a normal distribution, not of
/// Student's (Hesterberg 2015, "What Teachers Should Know About the Bootstrap", section 5.3). `BootstrapCoverage` in benchmarks/
/// counts how often it holds the truth; BCa does so too rarely there for the mean IoU of few images.
enum BootstrapInterval {
  /// - Parameters:
  ///   - values: of resamples; those that have none are left out.
  ///   - imageCount: how many the metric rests on, more than 1.
  /// - Returns: nil where none has a value.
  static func expanded(
    _ values: [Double?], imageCount: Double, confidence: Double
  ) -> ClosedRange<Double>? {
    let sorted = values.compactMap(\.self).sorted()
    guard !sorted.isEmpty else { return nil }
    let tail = expandedTail(imageCount: imageCount, confidence: confidence)
    return quantile(sorted, tail)...quantile(sorted, 1 - tail)
  }

  /// The level whose interval ends at 0: one resample more on either side, so that it is never 0.
  static func pValue(_ differences: [Double?], imageCount: Double) -> Double? {
    let known = differences.compactMap(\.self)
    guard !known.isEmpty else { return nil }
    let rarer = min(known.count { $0 <= 0 }, known.count { $0 >= 0 })
    let tail = Double(rarer + 1) / Double(known.count + 1)
    guard tail < 0.5 else { return 1 }
    // The smaller the p-value, the smaller the tail; halves of its logarithm.
    var (low, high) = (log(1e-12), 0.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let own = expandedTail(imageCount: imageCount, confidence: 1 - exp(middle))
      if own < tail { low = middle } else { high = middle }
    }
    return exp(high)
  }

  /// The share of resamples beyond each end.
  static func expandedTail(imageCount: Double, confidence: Double) -> Double {
    let degrees = imageCount - 1
    let width = studentWidth(confidence: confidence, degrees: degrees)
    return NormalTail.share(beyond: width * (imageCount / degrees).squareRoot())
  }

  /// Half the central interval of Student's distribution, to 1e-5 from 30 degrees of freedom on (Abramowitz and Stegun
  /// 26.7.5).
  static func studentWidth(confidence: Double, degrees n: Double) -> Double {
    let z = NormalTail.place(leaving: (1 - confidence) / 2)
    let (z3, z5, z7) = (pow(z, 3), pow(z, 5), pow(z, 7))
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
      + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
  }

  /// Between neighbours by their distance, as NumPy's `quantile`.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}

/// The upper tail of the standard normal distribution.
enum NormalTail {
  static func share(beyond x: Double) -> Double { erfc(x / 2.0.squareRoot()) / 2 }

  /// The x beyond which `share` lies, for shares of at most a half.
  static func place(leaving share: Double) -> Double {
    var (low, high) = (0.0, 40.0)
    for _ in 0..<64 {
      let middle = (low + high) / 2
      if self.share(beyond: middle) > share { low = middle } else { high = middle }
    }
    return high
  }
}
