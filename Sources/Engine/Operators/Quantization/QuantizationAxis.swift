/// Which scale belongs to which elements: one for all, one for each index along an axis, or one for each block of
/// `block_size` indices along it.
struct QuantizationAxis {
  let attribute: Int
  /// 0 where there are no blocks.
  private let blockSize: Int

  init(_ attribute: Int) { (self.attribute, blockSize) = (attribute, 0) }

  init(_ node: Node) throws(GraphError) {
    attribute = try node.attributes.int("axis", default: 1)
    blockSize = try node.attributes.int("block_size", default: 0)
    guard blockSize >= 0 else {
      throw .badAttribute(name: "block_size", reason: "must not be negative, is \(blockSize)")
    }
  }

  /// Checks scale and zero point against the tensor they belong to.
  func check(_ inputs: [Operand?], _ type: TensorType, codes: DType?) throws(GraphError) {
    let scale = try inputs.requiredFloat(1, "scale").shape
    let isPerTensor = blockSize == 0 && scale.elementCount == 1 && scale.rank <= 1
    if !isPerTensor {
      guard let axis = type.shape.resolve(axis: attribute),
        scale.dims == expectedScale(type.shape, axis)
      else {
        throw .shapeMismatch(
          reason: "scale \(scale) fits neither all of \(type.shape) nor its axis \(attribute)"
            + (blockSize > 0 ? " in blocks of \(blockSize)" : ""))
      }
    }
    guard let zeroPoint = inputs.optional(2)?.type else { return }
    guard zeroPoint.shape.elementCount == scale.elementCount,
      codes == nil || zeroPoint.dtype == codes
    else {
      throw .wrongInput(name: "zero_point", reason: "\(zeroPoint) does not match scale \(scale)")
    }
  }

  private func expectedScale(_ shape: Shape, _ axis: Int) -> [Int] {
    guard blockSize > 0 else { return [shape[axis]] }
    var dims = shape.dims
    dims[axis] = blockCount(shape[axis])
    return dims
  }

  private func blockCount(_ size: Int) -> Int { size == 0 ? 0 : (size - 1) / blockSize + 1 }

  /// Calls `body` once per run of elements that share parameters.
  @inline(__always)
  func forEachRun(
    _ call: OperatorCall,
    _ body: (_ start: Int, _ count: Int, _ scale: Float, _ zeroPoint: Int) -> Void
  ) {
    let shape = call.input(0).shape
    let scales = call.input(1).floats
    let zeroPoints = call.optionalInput(2)?.copied().integers
    guard scales.count > 1 else {
      body(0, shape.elementCount, scales[0], zeroPoints?[0] ?? 0)
      return
    }
    let axis = attribute < 0 ? attribute + shape.rank : attribute
    let (size, inner) = (shape[axis], shape.count((axis + 1)...))
    guard blockSize > 0 else {
      for row in 0..<shape.count(...axis) {
        let channel = row % size
        body(row * inner, inner, scales[channel], zeroPoints?[channel] ?? 0)
      }
      return
    }
    // Along the innermost axis a block is one run; along others every element of a row has its own scale.
    let (length, step) = inner == 1 ? (min(blockSize, size), min(blockSize, size)) : (1, 1)
    for row in 0..<shape.count(..<axis) {
      for index in stride(from: 0, to: size, by: step) {
        let block = (row * blockCount(size) + index / blockSize) * inner
        for column in 0..<inner {
          body(
            (row * size + index) * inner + column, min(length, size - index),
            scales[block + column], zeroPoints?[block + column] ?? 0)
        }
      }
    }
  }
}
