/// max(x, 0), elementwise. https://onnx.ai/onnx/operators/onnx__Relu.html
struct Relu: UnaryArithmetic {
  static let opType = "Relu"
  static let sinceVersion = 1

  init(_ node: Node) {}

  static func value(_ x: Float) -> Float { x > 0 ? x : 0 }
  static func value<T: FixedWidthInteger>(_ x: T) -> T { x > 0 ? x : 0 }
}
