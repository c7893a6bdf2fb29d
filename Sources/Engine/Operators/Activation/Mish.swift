/// x · tanh(ln(1 + eˣ)), elementwise. https://onnx.ai/onnx/operators/onnx__Mish.html
struct Mish: FloatFunction {
  static let opType = "Mish"
  static let sinceVersion = 18

  init(_ node: Node) {}

  func value(_ x: Float) -> Float {
    // tanh(ln(1 + e)) = (e² + 2e) / (e² + 2e + 2); beyond 20 the quotient is 1.
    let e = exponential(x < 20 ? x : 20)
    let product = e * (e + 2)
    return x * (product / (product + 2))
  }
}
