/// |x|, elementwise; the least integer stays as it is.
/// https://onnx.ai/onnx/operators/onnx__Abs.html
struct Abs: UnaryArithmetic {
  static let opType = "Abs"
  static let sinceVersion = 1

  init(_ node: Node) {}

  static func value(_ x: Float) -> Float { abs(x) }
  static func value<T: FixedWidthInteger>(_ x: T) -> T { x < 0 ? 0 &- x : x }
}
