/// The calibration methods a user can name. To add one, add a file and a line here.
public enum StandardMethods {
  public static let all: [any CalibrationMethod] = [Auto()] + single

  /// Those that look at one tensor alone; `auto` chooses among them.
  public static let single: [any CalibrationMethod] = [
    MinMax(),
    MeanMinMax(),
    Percentile(),
    Entropy(),
    MeanSquaredError(),
  ]

  public static var names: [String] { all.map(\.name) }

  public static func named(_ name: String) -> (any CalibrationMethod)? {
    all.first { $0.name == name }
  }
}
