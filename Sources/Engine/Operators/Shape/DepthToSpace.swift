/// Channels moved into blocks of space. https://onnx.ai/onnx/operators/onnx__DepthToSpace.html
struct DepthToSpace: OperatorKernel {
  static let opType = "DepthToSpace"
  static let sinceVersion = 1

  private let size: Int
  /// Whether a channel holds a colour's block (CRD) or a block's colours (DCR).
  private let isColourFirst: Bool

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

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard type.shape.rank == 4 else {
      throw .shapeMismatch(reason: "input \(type.shape) is not N × C × H × W")
    }
    let (n, c, h, w) = (type.shape[0], type.shape[1], type.shape[2], type.shape[3])
    guard c % (size * size) == 0 else {
      throw .shapeMismatch(reason: "\(c) channels do not divide into blocks of \(size) × \(size)")
    }
    return [TensorType(type.dtype, [n, c / (size * size), h * size, w * size])]
  }

  func run(_ call: OperatorCall) {
    let (input, output) = (call.input(0), call.output)
    let (n, h, w) = (input.shape[0], input.shape[2], input.shape[3])
    let c = output.shape[1]
    // Seen with six axes, the input only has its axes permuted.
    let split: Shape = isColourFirst ? [n, c, size, size, h, w] : [n, size, size, c, h, w]
    let order = isColourFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]
    let strides = split.strides
    stridedCopy(
      input.base, offset: 0, strides: order.map { strides[$0] },
      shape: Shape(order.map { split[$0] }), elementSize: input.dtype.byteSize, into: output.base)
  }
}
