/// https://onnx.ai/onnx/operators/onnx__BitwiseNot.html
struct BitwiseNot: UnaryArithmetic {
  static let opType = "BitwiseNot"
  static let sinceVersion = 18

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    guard integerTypes.contains(type.dtype) else {
      throw .notImplemented(reason: "X of type \(type.dtype)")
    }
    return [type]
  }

  static func value(_ x: Float) -> Float {
    preconditionFailure("BitwiseNot refuses floats before it runs")
  }
  static func value<T: FixedWidthInteger>(_ x: T) -> T { ~x }
}
