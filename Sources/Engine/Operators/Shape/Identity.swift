/// https://onnx.ai/onnx/operators/onnx__Identity.html
struct Identity: ViewOperator {
  static let opType = "Identity"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try inputs.required(0, "input").type]
  }
}
