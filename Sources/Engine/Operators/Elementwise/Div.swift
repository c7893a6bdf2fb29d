/// Integers divide towards zero; by zero they give 0. https://onnx.ai/onnx/operators/onnx__Div.html
struct Div: BinaryArithmetic {
  static let opType = "Div"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func combine(_ a: Float, _ b: Float) -> Float { a / b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
    b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
  }
}
