/// max(x, 0), elementwise; NaN stays NaN. https://onnx.ai/onnx/operators/onnx__Relu.html
struct Relu: UnaryArithmetic {
  static let opType = "Relu"
  static let sinceVersion = 1
  static let traits = OperatorTraits(isElementwise: true, isPositivelyHomogeneous: true)

  init(_ node: Node) {}

  static func value(_ x: Float) -> Float { x <= 0 ? 0 : x }
  static func value<T: FixedWidthInteger>(_ x: T) -> T { x > 0 ? x : 0 }
}
