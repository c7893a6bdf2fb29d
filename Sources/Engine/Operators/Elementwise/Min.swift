/// The smallest of the inputs, elementwise; NaN where any is NaN.
/// https://onnx.ai/onnx/operators/onnx__Min.html
struct Min: Folding {
  static let opType = "Min"
  static let sinceVersion = 1

  init(_ node: Node) {}

  static func combine(_ a: Float, _ b: Float) -> Float { a < b || a.isNaN ? a : b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { min(a, b) }
}
