/// The number of elements, an int64 scalar. https://onnx.ai/onnx/operators/onnx__Size.html
struct Size: TypeOperator {
  static let opType = "Size"
  static let sinceVersion = 1
  static let traits = OperatorTraits(yieldsNoFloats: true)

  init(_ node: Node) {}

  func constants(_ inputs: [TensorType]) throws(GraphError) -> [Tensor] {
    guard let shape = inputs.first?.shape else {
      throw .wrongInput(name: "data", reason: "is missing")
    }
    return [Tensor(scalar: Int64(shape.elementCount))]
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    try constants(inputs.compactMap { $0?.type }).map(\.type)
  }

  func run(_ call: OperatorCall) {
    call.output.buffer(of: Int64.self)[0] = Int64(call.input(0).count)
  }
}
