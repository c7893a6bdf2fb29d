/// The mean of the inputs, elementwise. https://onnx.ai/onnx/operators/onnx__Mean.html
struct Mean: OperatorKernel {
  static let opType = "Mean"
  static let sinceVersion = 1

  private let sum: Sum

  init(_ node: Node) { sum = Sum(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let types = try sum.outputTypes(inputs)
    guard types[0].dtype == .float32 else {
      throw .notImplemented(reason: "data_0 of type \(types[0].dtype)")
    }
    return types
  }

  func run(_ call: OperatorCall) {
    sum.run(call)
    let count = Float(call.inputs.count)
    let y = call.output.floats
    mapElements(UnsafeBufferPointer(y), y) { $0 / count }
  }
}
