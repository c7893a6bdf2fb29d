/// For every index along an axis, the element of `data` there. https://onnx.ai/onnx/operators/onnx__GatherElements.html
struct GatherElements: OperatorKernel {
  static let opType = "GatherElements"
  static let sinceVersion = 11

  private let axis: Int

  init(_ node: Node) throws(GraphError) { axis = try node.attributes.int("axis", default: 0) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let data = try inputs.required(0, "data").type
    let indices = try inputs.requiredIndices(1, "indices")
    try checkElementIndices(indices, data.shape, axis: try data.shape.required(axis: axis))
    return [TensorType(data.dtype, indices)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (data, indices) = (call.input(0), call.input(1))
    let axis = try data.shape.required(axis: axis)
    let size = data.dtype.byteSize
    let offsets = try elementOffsets(
      indices.copied().integers ?? [], of: indices.shape, along: axis, in: data.shape)
    for (i, offset) in offsets.enumerated() {
      (call.output.base + i * size).copyMemory(from: data.base + offset * size, byteCount: size)
    }
  }
}
