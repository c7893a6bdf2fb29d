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

  static func combine(_ a: Float, _ b: Float) -> Float { a + b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &+ b }

  func run(_ call: OperatorCall) {
    let (a, b, output) = (call.input(0), call.input(1), call.output)
    switch activation {
    case .identity:
      computeArithmetic(Add.self, a, b, output)
    case .relu:
      mapBroadcast(a, b, output, of: Float.self, Float.self) { a, b in
        let sum = a + b
        return sum > 0 ? sum : 0
      }
    case .clip(let low, let high):
      mapBroadcast(a, b, output, of: Float.self, Float.self) { a, b in
        let raised = a + b > low ? a + b : low
        return raised < high ? raised : high
      }
    }
  }
}
