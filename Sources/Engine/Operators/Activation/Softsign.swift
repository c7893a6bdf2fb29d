/// x / (1 + |x|), elementwise. https://onnx.ai/onnx/operators/onnx__Softsign.html
struct Softsign: FloatFunction {
  static let opType = "Softsign"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { x / (1 + abs(x)) }
}
