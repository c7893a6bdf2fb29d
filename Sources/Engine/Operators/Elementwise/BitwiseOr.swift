/// https://onnx.ai/onnx/operators/onnx__BitwiseOr.html
struct BitwiseOr: BitFunction {
  static let opType = "BitwiseOr"
  static let sinceVersion = 18

  init(_ node: Node) {}

  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a | b }
}
