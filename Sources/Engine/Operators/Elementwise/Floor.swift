/// The greatest integer that is not above x, elementwise.
/// https://onnx.ai/onnx/operators/onnx__Floor.html
struct Floor: FloatFunction {
  static let opType = "Floor"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { x.rounded(.down) }
}
