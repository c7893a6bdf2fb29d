/// https://onnx.ai/onnx/operators/onnx__BitwiseXor.html
struct BitwiseXor: BitFunction {
  static let opType = "BitwiseXor"
  static let sinceVersion = 18

  init(_ node: Node) {}

  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a ^ b }
}
