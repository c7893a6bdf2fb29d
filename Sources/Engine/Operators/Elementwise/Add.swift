/// https://onnx.ai/onnx/operators/onnx__Add.html
struct Add: BinaryArithmetic, ActivationFusing {
  static let opType = "Add"
  static let sinceVersion = 7

  private let activation: Activation

  init(_ node: Node) { activation = node.activation }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    // Activations are functions of floats; the node they came from would have refused other types.
    [try broadcastType(inputs, dtypes: activation == .identity ? arithmeticTypes : [.float32])]
  }

  func run(_ call: OperatorCall) {
    switch activation {
    case .identity:
      computeArithmetic(call, float: { $0 + $1 }, int32: { $0 &+ $1 }, int64: { $0 &+ $1 })
    case .relu:
      mapBroadcast(call.input(0), call.input(1), call.output, of: Float.self, Float.self) { a, b in
        let sum = a + b
        return sum > 0 ? sum : 0
      }
    case .clip(let low, let high):
      mapBroadcast(call.input(0), call.input(1), call.output, of: Float.self, Float.self) { a, b in
        let raised = a + b > low ? a + b : low
        return raised < high ? raised : high
      }
    }
  }
}
