/// The input's dimensions as int64, from `start` to `end`. https://onnx.ai/onnx/operators/onnx__Shape.html
struct ShapeOf: TypeOperator {
  static let opType = "Shape"
  static let sinceVersion = 1
  static let traits = OperatorTraits(yieldsNoFloats: true)

  private let start: Int
  private let end: Int?

  init(_ node: Node) throws(GraphError) {
    start = try node.attributes.int("start", default: 0)
    end = try node.attributes.int("end")
  }

  func constants(_ inputs: [TensorType]) throws(GraphError) -> [Tensor] {
    guard let shape = inputs.first?.shape else {
      throw .wrongInput(name: "data", reason: "is missing")
    }
    func clamped(_ axis: Int) -> Int {
      min(max(axis < 0 ? axis + shape.rank : axis, 0), shape.rank)
    }
    let low = clamped(start)
    let dims = shape.dims[low..<max(low, clamped(end ?? shape.rank))]
    return [Tensor(dims.map(Int64.init), shape: [dims.count])]
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    try constants(inputs.compactMap { $0?.type }).map(\.type)
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    try constants([call.input(0).type])[0].withBytes { call.output.bytes.copyMemory(from: $0) }
  }
}
