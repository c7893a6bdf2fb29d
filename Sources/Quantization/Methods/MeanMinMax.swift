/// From the mean of the samples' minima to the mean of their maxima: a sample with extremes like no other moves the range
/// by its share, where it decides min-max alone. (NNCF calls these statistics mean-min and mean-max.)
public struct MeanMinMax: CalibrationMethod {
  public let name = "mean-minmax"

  public init() {}

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    values.meanRange
  }
}
