/// swish(a) · b, elementwise, with swish(a) = a / (1 + e^(−α·a)). https://onnx.ai/onnx/operators/onnx__SwiGLU.html
struct SwiGLU: OperatorKernel {
  static let opType = "SwiGLU"
  static let sinceVersion = 27

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredFloat(0, "A")
    let b = try inputs.requiredFloat(1, "B")
    guard a == b else { throw .shapeMismatch(reason: "A \(a) and B \(b) differ") }
    return [a]
  }

  func run(_ call: OperatorCall) {
    let alpha = alpha
    mapBroadcast(call.input(0), call.input(1), call.output, of: Float.self, Float.self) { a, b in
      a / (1 + exponential(-alpha * a)) * b
    }
  }
}
