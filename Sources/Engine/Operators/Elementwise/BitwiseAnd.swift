/// https://onnx.ai/onnx/operators/onnx__BitwiseAnd.html
struct BitwiseAnd: BitFunction {
  static let opType = "BitwiseAnd"
  static let sinceVersion = 18

  init(_ node: Node) {}

  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a & b }
}
