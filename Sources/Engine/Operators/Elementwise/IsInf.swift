/// Whether x is infinite, of either sign or one, elementwise. https://onnx.ai/onnx/operators/onnx__IsInf.html
struct IsInf: OperatorKernel {
  static let opType = "IsInf"
  static let sinceVersion = 10
  static let traits = OperatorTraits(yieldsNoFloats: true)

  private let positive: Bool
  private let negative: Bool

  init(_ node: Node) throws(GraphError) {
    positive = try node.attributes.flag("detect_positive", default: true)
    negative = try node.attributes.flag("detect_negative", default: true)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(.bool, try inputs.requiredFloat(0, "X").shape)]
  }

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.buffer(of: Bool.self)) {
      (positive && $0 == .infinity) || (negative && $0 == -.infinity)
    }
  }
}
