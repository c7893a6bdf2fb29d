/// The score interval of a proportion.
///
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
public enum Wilson {
  /// The interval for the probability behind `successes` of `count`; all of 0…1 when `count` is 0.
  public static func interval(
    successes: Int, count: Int, confidence: Double = 0.95
  ) -> Interval {
    precondition(0 <= successes && successes <= count, "successes cannot exceed the count")
    return interval(
      successes: Double(successes), count: Double(count),
      z: Normal.width(ofConfidence: confidence))
  }

  static func interval(successes: Double, count: Double, z: Double) -> Interval {
    guard count > 0 else { return Interval(0, 1) }
    let failures = count - successes
    let middle = successes + z * z / 2
    let spread = z * (successes * failures / count + z * z / 4).squareRoot()
    // At 0 and at n the bound is exact in theory; rounding must not move it.
    let lower = successes <= 0 ? 0 : (middle - spread) / (count + z * z)
    let upper = failures <= 0 ? 1 : (middle + spread) / (count + z * z)
    return Interval(lower, upper)
  }
}
