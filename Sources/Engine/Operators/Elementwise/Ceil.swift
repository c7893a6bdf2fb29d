/// The least integer that is not below x, elementwise.
/// https://onnx.ai/onnx/operators/onnx__Ceil.html
struct Ceil: FloatFunction {
  static let opType = "Ceil"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { x.rounded(.up) }
}
