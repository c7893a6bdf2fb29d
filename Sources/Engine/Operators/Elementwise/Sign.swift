/// −1, 0 or 1, elementwise; NaN stays NaN. https://onnx.ai/onnx/operators/onnx__Sign.html
struct Sign: UnaryArithmetic {
  static let opType = "Sign"
  static let sinceVersion = 9

  init(_ node: Node) {}

  static func value(_ x: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : x }
  static func value<T: FixedWidthInteger>(_ x: T) -> T { x.signum() }
}
