/// The nearest integer, halves to even, elementwise.
/// https://onnx.ai/onnx/operators/onnx__Round.html
struct Round: FloatFunction {
  static let opType = "Round"
  static let sinceVersion = 11

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { x.rounded(.toNearestOrEven) }
}
