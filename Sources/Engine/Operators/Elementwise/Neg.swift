/// −x, elementwise; the least integer stays as it is. https://onnx.ai/onnx/operators/onnx__Neg.html
struct Neg: UnaryArithmetic {
  static let opType = "Neg"
  static let sinceVersion = 1

  init(_ node: Node) {}

  static func value(_ x: Float) -> Float { -x }
  static func value<T: FixedWidthInteger>(_ x: T) -> T { 0 &- x }
}
