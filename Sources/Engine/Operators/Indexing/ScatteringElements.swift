/// `data` with the elements that indices along an axis name replaced by updates, or reduced with them.
protocol ScatteringElements: OperatorKernel {
  var axis: Int { get }
  var reduction: ScatterReduction { get }
}

extension ScatteringElements {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let data = try inputs.required(0, "data").type
    let indices = try inputs.requiredIndices(1, "indices")
    let updates = try inputs.required(2, "updates").type
    try checkElementIndices(indices, data.shape, axis: try data.shape.required(axis: axis))
    guard updates == TensorType(data.dtype, indices) else {
      throw .shapeMismatch(
        reason: "updates \(updates) do not match indices \(indices) into \(data)")
    }
    try reduction.check(data.dtype)
    return [data]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (data, indices) = (call.input(0), call.input(1))
    let offsets = try elementOffsets(
      indices.copied().integers ?? [], of: indices.shape,
      along: try data.shape.required(axis: axis), in: data.shape)
    call.output.bytes.copyMemory(from: data.bytes)
    reduction.apply(call.input(2), at: offsets, length: 1, to: call.output)
  }
}
