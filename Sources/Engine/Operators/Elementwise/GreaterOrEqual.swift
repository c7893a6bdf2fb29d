/// Whether A is not below B, elementwise. https://onnx.ai/onnx/operators/onnx__GreaterOrEqual.html
struct GreaterOrEqual: ElementwiseComparison {
  static let opType = "GreaterOrEqual"
  static let sinceVersion = 12

  init(_ node: Node) {}

  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}
