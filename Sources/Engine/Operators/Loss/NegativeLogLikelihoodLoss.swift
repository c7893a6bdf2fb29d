/// −weight · the log probability of the target class. https://onnx.ai/onnx/operators/onnx__NegativeLogLikelihoodLoss.html
struct NegativeLogLikelihoodLoss: OperatorKernel {
  static let opType = "NegativeLogLikelihoodLoss"
  static let sinceVersion = 12

  private let loss: ClassLoss

  init(_ node: Node) throws(GraphError) { loss = try ClassLoss(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try loss.output(inputs)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    try loss.run(call, logProbabilities: call.input(0).floats)
  }
}
