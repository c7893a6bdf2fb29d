/// The exact minimum and maximum: clips nothing that was observed.
public struct MinMax: CalibrationMethod {
  public let name = "minmax"

  public init() {}

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    values.range
  }
}
