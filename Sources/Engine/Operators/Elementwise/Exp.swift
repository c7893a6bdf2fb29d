/// eˣ, elementwise. https://onnx.ai/onnx/operators/onnx__Exp.html
struct Exp: FloatFunction {
  static let opType = "Exp"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { exponential(x) }
}
