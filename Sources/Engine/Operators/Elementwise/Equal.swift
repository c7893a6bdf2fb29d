/// Whether two broadcast tensors agree, elementwise.
/// https://onnx.ai/onnx/operators/onnx__Equal.html
struct Equal: ElementwiseComparison {
  static let opType = "Equal"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}
