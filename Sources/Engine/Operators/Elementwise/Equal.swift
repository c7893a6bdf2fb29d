/// Whether two broadcast tensors agree, elementwise. https://onnx.ai/onnx/operators/onnx__Equal.html
struct Equal: OperatorKernel {
  static let opType = "Equal"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try broadcastType(inputs, dtypes: [.float32, .int32, .int64, .bool])
    return [TensorType(.bool, type.shape)]
  }

  func run(_ call: OperatorCall) {
    let (a, b, output) = (call.input(0), call.input(1), call.output)
    switch a.dtype {
    case .float32: mapBroadcast(a, b, output, of: Float.self, Bool.self) { $0 == $1 }
    case .int32: mapBroadcast(a, b, output, of: Int32.self, Bool.self) { $0 == $1 }
    case .int64: mapBroadcast(a, b, output, of: Int64.self, Bool.self) { $0 == $1 }
    default: mapBroadcast(a, b, output, of: Bool.self, Bool.self) { $0 == $1 }
    }
  }
}
