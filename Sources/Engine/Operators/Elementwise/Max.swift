/// The largest of the inputs, elementwise; NaN where any is NaN.
/// https://onnx.ai/onnx/operators/onnx__Max.html
struct Max: Folding {
  static let opType = "Max"
  static let sinceVersion = 1

  init(_ node: Node) {}

  static func combine(_ a: Float, _ b: Float) -> Float { a > b || a.isNaN ? a : b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { max(a, b) }
}
