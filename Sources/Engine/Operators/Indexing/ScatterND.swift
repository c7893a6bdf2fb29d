/// `data` with the slices that index tuples name replaced by updates, or reduced with them.
/// https://onnx.ai/onnx/operators/onnx__ScatterND.html
struct ScatterND: OperatorKernel {
  static let opType = "ScatterND"
  static let sinceVersion = 11

  private let reduction: ScatterReduction

  init(_ node: Node) throws(GraphError) { reduction = try ScatterReduction(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let data = try inputs.required(0, "data").type
    let indices = try inputs.requiredIndices(1, "indices")
    let updates = try inputs.required(2, "updates").type
    guard let length = indices.dims.last, length <= data.shape.rank,
      updates.dtype == data.dtype,
      updates.shape.dims == indices.dims.dropLast() + data.shape.dims.dropFirst(length)
    else {
      throw .shapeMismatch(
        reason: "updates \(updates) do not match indices \(indices) into \(data)")
    }
    try reduction.check(data.dtype)
    return [data]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (data, indices) = (call.input(0), call.input(1))
    let length = indices.shape[indices.shape.rank - 1]
    let values = indices.copied().integers ?? []
    let strides = data.shape.strides
    let tuples = indices.shape.count(..<(indices.shape.rank - 1))
    var offsets = [Int](repeating: 0, count: tuples)
    for tuple in 0..<tuples {
      for k in 0..<length {
        let index = try resolve(index: values[tuple * length + k], size: data.shape[k])
        offsets[tuple] += index * strides[k]
      }
    }
    call.output.bytes.copyMemory(from: data.bytes)
    reduction.apply(
      call.input(2), at: offsets, length: data.shape.count(length...), to: call.output)
  }
}
