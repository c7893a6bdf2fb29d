/// The upper or lower triangle of each matrix, 0 elsewhere; k moves the diagonal. https://onnx.ai/onnx/operators/onnx__Trilu.html
struct Trilu: OperatorKernel {
  static let opType = "Trilu"
  static let sinceVersion = 14

  private let isUpper: Bool

  init(_ node: Node) throws(GraphError) {
    isUpper = try node.attributes.flag("upper", default: true)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard type.shape.rank >= 2 else {
      throw .shapeMismatch(reason: "input \(type.shape) holds no matrix")
    }
    if inputs.optional(1) != nil { _ = try inputs.requiredIndices(1, "k") }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let output = call.output
    let (rows, columns) = (
      output.shape[output.shape.rank - 2], output.shape[output.shape.rank - 1]
    )
    let size = output.dtype.byteSize
    // Beyond the matrix all diagonals are alike.
    let k = min(max(call.optionalInput(1)?.copied().integers?.first ?? 0, -rows - 1), columns + 1)
    output.bytes.copyMemory(from: call.input(0).bytes)
    for row in 0..<output.shape.count(..<(output.shape.rank - 1)) {
      let diagonal = min(max(row % rows + k + (isUpper ? 0 : 1), 0), columns)
      let cleared = isUpper ? 0..<diagonal : diagonal..<columns
      (output.base + (row * columns + cleared.lowerBound) * size)
        .initializeMemory(as: UInt8.self, repeating: 0, count: cleared.count * size)
    }
  }
}
