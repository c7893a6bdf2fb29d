/// The square blocks of space that DepthToSpace and SpaceToDepth trade for channels.
struct SpaceBlocks: Sendable {
  /// Pixels along a side.
  let size: Int
  /// Whether the channels are ordered by colour first (CRD) or by the block's pixel first (DCR).
  let isColourFirst: Bool

  init(_ node: Node) throws(GraphError) {
    size = try node.attributes.int("blocksize", default: 0)
    guard (1...4096).contains(size) else {
      throw .badAttribute(name: "blocksize", reason: "\(size) is no size of a block")
    }
    let mode = try node.attributes.string("mode", default: "DCR")
    guard mode == "DCR" || mode == "CRD" else {
      throw .badAttribute(name: "mode", reason: "'\(mode)' is no order of channels")
    }
    isColourFirst = mode == "CRD"
  }

  /// The type of the input, which must be N × C × H × W.
  func inputType(_ inputs: [Operand?]) throws(GraphError) -> TensorType {
    let type = try inputs.required(0, "input").type
    guard type.shape.rank == 4 else {
      throw .shapeMismatch(reason: "input \(type.shape) is not N × C × H × W")
    }
    return type
  }

  /// Permutes the axes of the input, seen as `split`, into the output.
  func permute(_ call: OperatorCall, _ split: Shape, order: [Int]) {
    let input = call.input(0)
    permutedCopy(
      input.base, split, order: order, elementSize: input.dtype.byteSize, into: call.output.base)
  }
}
