/// Whether A is below B, elementwise. https://onnx.ai/onnx/operators/onnx__Less.html
struct Less: ElementwiseComparison {
  static let opType = "Less"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}
