/// A way to choose the range that an activation's quantizer covers: from what was observed of it alone, or from what several
/// such methods suggest and the network makes of it.
public protocol CalibrationMethod: Sendable {
  /// The name on the command line and in reports.
  var name: String { get }

  /// The range to cover with `grid`. It includes zero, and lies inside the observed range.
  func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange

  /// The methods between whose ranges the network decides; none where what was observed does.
  var candidates: [any CalibrationMethod] { get }
}

extension CalibrationMethod {
  public var candidates: [any CalibrationMethod] { [] }
}
