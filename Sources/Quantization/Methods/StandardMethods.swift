/// The calibration methods a user can name. To add one, add a file and a line here.
public enum StandardMethods {
  public static let all: [any CalibrationMethod] = [
    Auto(),
    MinMax(),
    Percentile(),
    Entropy(),
    MeanSquaredError(),
  ]

  public static var names: [String] { all.map(\.name) }

  public static func named(_ name: String) -> (any CalibrationMethod)? {
    all.first { $0.name == name }
  }
}
