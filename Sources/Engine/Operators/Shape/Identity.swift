/// https://onnx.ai/onnx/operators/onnx__Identity.html
struct Identity: ViewOperator {
  static let opType = "Identity"
  static let sinceVersion = 1
  static let traits = OperatorTraits(isElementwise: true)

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try inputs.required(0, "input").type]
  }
}
