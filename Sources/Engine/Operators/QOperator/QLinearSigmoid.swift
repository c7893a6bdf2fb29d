/// 1 / (1 + e⁻ˣ) on codes.
struct QLinearSigmoid: CodeFunction {
  static let opType = "QLinearSigmoid"

  init(_ node: Node) {}

  /// The quotient of polynomials that ONNX Runtime takes, whose last bits can decide a rounding.
  func value(_ x: Float) -> Float {
    let x = min(max(x, -18), 18)
    let square = x * x
    let odd = Self.polynomial(Self.numerator, square) * x
    return min(max(odd / Self.polynomial(Self.denominator, square) + 0.5, 0), 1)
  }

  private static func polynomial(_ coefficients: [Float], _ x: Float) -> Float {
    coefficients.dropFirst().reduce(coefficients[0]) { $1.addingProduct($0, x) }
  }

  private static let numerator: [Float] = [
    4.37031012579801e-11, 1.15627324459942e-07, 6.08574864600143e-05, 8.51377133304701e-03,
    2.48287947061529e-01,
  ]
  private static let denominator: [Float] = [
    6.10247389755681e-13, 5.76102136993427e-09, 6.29106785017040e-06, 1.70198817374094e-03,
    1.16817656904453e-01, 9.93151921023180e-01,
  ]
}
