/// Which scale belongs to which elements: one for all, or one for each index along an axis.
struct QuantizationAxis {
  let attribute: Int

  init(_ node: Node) throws(GraphError) {
    attribute = try node.attributes.int("axis", default: 1)
    guard try node.attributes.int("block_size", default: 0) == 0 else {
      throw .badAttribute(name: "block_size", reason: "asks for blocks, which are not implemented")
    }
  }

  /// Checks scale and zero point against the tensor they belong to.
  func check(_ inputs: [Operand?], _ type: TensorType, codes: DType?) throws(GraphError) {
    let scale = try inputs.requiredFloat(1, "scale").shape
    let isPerTensor = scale.elementCount == 1 && scale.rank <= 1
    if !isPerTensor {
      guard let axis = type.shape.resolve(axis: attribute), scale.dims == [type.shape[axis]] else {
        throw .shapeMismatch(
          reason: "scale \(scale) fits neither all of \(type.shape) nor its axis \(attribute)")
      }
    }
    guard let zeroPoint = inputs.optional(2)?.type else { return }
    guard zeroPoint.shape.elementCount == scale.elementCount,
      codes == nil || zeroPoint.dtype == codes
    else {
      throw .wrongInput(name: "zero_point", reason: "\(zeroPoint) does not match scale \(scale)")
    }
  }

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
    let inner = shape.count((axis + 1)...)
    for row in 0..<shape.count(...axis) {
      let channel = row % shape[axis]
      body(row * inner, inner, scales[channel], zeroPoints?[channel] ?? 0)
    }
  }
}
