/// Blocks of space moved into channels; CRD since opset 28. https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html
struct SpaceToDepth: OperatorKernel {
  static let opType = "SpaceToDepth"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true)

  private let blocks: SpaceBlocks

  init(_ node: Node) throws(GraphError) { blocks = try SpaceBlocks(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try blocks.inputType(inputs)
    let size = blocks.size
    let (n, c, h, w) = (type.shape[0], type.shape[1], type.shape[2], type.shape[3])
    guard h % size == 0, w % size == 0 else {
      throw .shapeMismatch(reason: "\(h) × \(w) does not divide into blocks of \(size)")
    }
    return [TensorType(type.dtype, [n, c * size * size, h / size, w / size])]
  }

  func run(_ call: OperatorCall) {
    let (shape, size) = (call.output.shape, blocks.size)
    let (n, c, h, w) = (shape[0], call.input(0).shape[1], shape[2], shape[3])
    blocks.permute(
      call, [n, c, h, size, w, size],
      order: blocks.isColourFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4])
  }
}
