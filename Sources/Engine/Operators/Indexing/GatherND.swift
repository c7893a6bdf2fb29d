/// The slices of `data` that index tuples name, one tuple in each innermost row of `indices`.
/// https://onnx.ai/onnx/operators/onnx__GatherND.html
struct GatherND: OperatorKernel {
  static let opType = "GatherND"
  static let sinceVersion = 11

  private let batchAxes: Int

  init(_ node: Node) throws(GraphError) {
    batchAxes = try node.attributes.int("batch_dims", default: 0)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let data = try inputs.required(0, "data").type
    let indices = try inputs.requiredIndices(1, "indices")
    guard let length = indices.dims.last, batchAxes >= 0, batchAxes < indices.rank,
      length >= 1, batchAxes + length <= data.shape.rank,
      data.shape.dims.prefix(batchAxes) == indices.dims.prefix(batchAxes)
    else {
      throw .shapeMismatch(
        reason: "indices \(indices) with \(batchAxes) batch axes do not fit data \(data.shape)")
    }
    let dims = indices.dims.dropLast() + data.shape.dims.dropFirst(batchAxes + length)
    return [TensorType(data.dtype, Shape(Array(dims)))]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (data, indices) = (call.input(0), call.input(1))
    let values = indices.copied().integers ?? []
    let length = indices.shape[indices.shape.rank - 1]
    let strides = data.shape.strides
    let bytes = data.shape.count((batchAxes + length)...) * data.dtype.byteSize
    let batchCount = data.shape.count(..<batchAxes)
    let tuples = values.count / length
    for tuple in 0..<tuples {
      let batch = tuple / max(tuples / max(batchCount, 1), 1)
      var offset = batch * data.shape.count(batchAxes...)
      for k in 0..<length {
        let axis = batchAxes + k
        let index = try resolve(index: values[tuple * length + k], size: data.shape[axis])
        offset += index * strides[axis]
      }
      (call.output.base + tuple * bytes)
        .copyMemory(from: data.base + offset * data.dtype.byteSize, byteCount: bytes)
    }
  }
}
