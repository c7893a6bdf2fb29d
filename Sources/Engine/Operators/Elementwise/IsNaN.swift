/// Whether x is no number, elementwise. https://onnx.ai/onnx/operators/onnx__IsNaN.html
struct IsNaN: OperatorKernel {
  static let opType = "IsNaN"
  static let sinceVersion = 9
  static let traits = OperatorTraits(yieldsNoFloats: true)

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(.bool, try inputs.requiredFloat(0, "X").shape)]
  }

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.buffer(of: Bool.self)) { $0.isNaN }
  }
}
