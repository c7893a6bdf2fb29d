/// Blocks of space moved into channels. https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html
struct SpaceToDepth: OperatorKernel {
  static let opType = "SpaceToDepth"
  static let sinceVersion = 1

  private let size: Int
  /// Whether channels are ordered by block first (DCR) or by colour first (CRD, since opset 28).
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
    guard h % size == 0, w % size == 0 else {
      throw .shapeMismatch(reason: "\(h) × \(w) does not divide into blocks of \(size)")
    }
    return [TensorType(type.dtype, [n, c * size * size, h / size, w / size])]
  }

  func run(_ call: OperatorCall) {
    let (input, output) = (call.input(0), call.output)
    let (n, c) = (input.shape[0], input.shape[1])
    let (h, w) = (output.shape[2], output.shape[3])
    // Seen with six axes, the input only has its axes permuted.
    let split: Shape = [n, c, h, size, w, size]
    let order = isColourFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]
    let strides = split.strides
    stridedCopy(
      input.base, offset: 0, strides: order.map { strides[$0] },
      shape: Shape(order.map { split[$0] }), elementSize: input.dtype.byteSize, into: output.base)
  }
}
