import Foundation

/// The negative log likelihood of the scores' softmax; further the log probabilities themselves.
/// https://onnx.ai/onnx/operators/onnx__SoftmaxCrossEntropyLoss.html
struct SoftmaxCrossEntropyLoss: OperatorKernel {
  static let opType = "SoftmaxCrossEntropyLoss"
  static let sinceVersion = 12

  private let loss: ClassLoss
  private let hasProbabilities: Bool

  init(_ node: Node) throws(GraphError) {
    loss = try ClassLoss(node)
    hasProbabilities = node.outputs.count > 1
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let scores = try inputs.requiredFloat(0, "scores")
    return [try loss.output(inputs)] + (hasProbabilities ? [scores] : [])
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let scores = call.input(0)
    let count = scores.count
    let logarithms =
      hasProbabilities
      ? call.outputs[1].floats
      : UnsafeMutableBufferPointer(start: call.scratch.floats(count), count: count)
    logSoftmax(scores.floats, AxisLoop(scores.shape, axis: 1), into: logarithms)
    try loss.run(call, logProbabilities: UnsafeBufferPointer(logarithms))
  }
}
