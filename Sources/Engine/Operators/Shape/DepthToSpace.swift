/// Channels moved into blocks of space. https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
struct DepthToSpace: OperatorKernel {
  static let opType = "DepthToSpace"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true)

  private let blocks: SpaceBlocks

  init(_ node: Node) throws(GraphError) { blocks = try SpaceBlocks(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try blocks.inputType(inputs)
    let size = blocks.size
    let (n, c, h, w) = (type.shape[0], type.shape[1], type.shape[2], type.shape[3])
    guard c % (size * size) == 0 else {
      throw .shapeMismatch(reason: "\(c) channels do not divide into blocks of \(size) × \(size)")
    }
    return [TensorType(type.dtype, [n, c / (size * size), h * size, w * size])]
  }

  func run(_ call: OperatorCall) {
    let (shape, size, c) = (call.input(0).shape, blocks.size, call.output.shape[1])
    let (n, h, w) = (shape[0], shape[2], shape[3])
    if blocks.isColourFirst {
      blocks.permute(call, [n, c, size, size, h, w], order: [0, 1, 4, 2, 5, 3])
    } else {
      blocks.permute(call, [n, size, size, c, h, w], order: [0, 3, 4, 1, 5, 2])
    }
  }
}
