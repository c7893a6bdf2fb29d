/// max(x, 0), elementwise. https://onnx.ai/onnx/operators/onnx__Relu.html
struct Relu: OperatorKernel {
  static let opType = "Relu"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try inputs.requiredFloat(0, "X")]
  }

  func run(_ call: OperatorCall) {
    Epilogue(activation: .relu).apply(call.input(0).floats, into: call.output.floats)
  }
}
