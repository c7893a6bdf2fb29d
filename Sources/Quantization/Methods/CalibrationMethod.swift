/// A way to choose the range that an activation's quantizer covers, from what was observed.
public protocol CalibrationMethod: Sendable {
  /// The name on the command line and in reports.
  var name: String { get }

  /// The range to cover with `grid`. It includes zero, and lies inside the observed range.
  func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange
}
