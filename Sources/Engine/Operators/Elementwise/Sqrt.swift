/// √x, elementwise. https://onnx.ai/onnx/operators/onnx__Sqrt.html
struct Sqrt: FloatFunction {
  static let opType = "Sqrt"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { x.squareRoot() }
}
