/// Whether A is above B, elementwise. https://onnx.ai/onnx/operators/onnx__Greater.html
struct Greater: ElementwiseComparison {
  static let opType = "Greater"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}
