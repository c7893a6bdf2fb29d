/// https://onnx.ai/onnx/operators/onnx__Sub.html
struct Sub: BinaryArithmetic {
  static let opType = "Sub"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func combine(_ a: Float, _ b: Float) -> Float { a - b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &- b }
}
