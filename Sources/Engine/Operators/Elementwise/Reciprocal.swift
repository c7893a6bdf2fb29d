/// 1 / x, elementwise. https://onnx.ai/onnx/operators/onnx__Reciprocal.html
struct Reciprocal: FloatFunction {
  static let opType = "Reciprocal"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { 1 / x }
}
