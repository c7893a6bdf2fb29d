/// Whether A is not above B, elementwise. https://onnx.ai/onnx/operators/onnx__LessOrEqual.html
struct LessOrEqual: ElementwiseComparison {
  static let opType = "LessOrEqual"
  static let sinceVersion = 12

  init(_ node: Node) {}

  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}
