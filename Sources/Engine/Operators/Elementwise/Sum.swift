/// The sum of the inputs, elementwise. https://onnx.ai/onnx/operators/onnx__Sum.html
struct Sum: Folding {
  static let opType = "Sum"
  static let sinceVersion = 1

  init(_ node: Node) {}

  static func combine(_ a: Float, _ b: Float) -> Float { a + b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &+ b }
}
