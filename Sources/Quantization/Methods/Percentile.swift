/// Clips a fixed share of the values: 100 − p percent at the upper end, and at the lower end too
/// where values are negative.
public struct Percentile: CalibrationMethod {
  public let name = "percentile"
  /// p, in percent.
  public let percent: Double

  public init(_ percent: Double = 99.99) {
    precondition(50 < percent && percent <= 100, "A percentile lies above 50 and up to 100.")
    self.percent = percent
  }

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    let upper = values.range.upper > 0 ? values.quantile(percent / 100) : 0
    let lower = values.isNonNegative ? 0 : values.quantile(1 - percent / 100)
    return ValueRange(lower, upper)
  }
}
