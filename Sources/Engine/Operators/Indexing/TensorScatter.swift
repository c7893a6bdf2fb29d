/// A cache with new entries written along an axis, from each sample's own place on; `circular` starts over at its end.
/// https://onnx.ai/onnx/operators/onnx__TensorScatter.html
struct TensorScatter: OperatorKernel {
  static let opType = "TensorScatter"
  static let sinceVersion = 24

  private let axis: Int
  private let isCircular: Bool

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: -2)
    let mode = try node.attributes.string("mode", default: "linear")
    guard mode == "linear" || mode == "circular" else {
      throw .badAttribute(name: "mode", reason: "'\(mode)' is no way to write")
    }
    isCircular = mode == "circular"
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let cache = try inputs.required(0, "past_cache").type
    let update = try inputs.required(1, "update").type
    let axis = try cache.shape.required(axis: axis)
    var expected = cache
    if update.shape.rank == cache.shape.rank { expected.shape[axis] = update.shape[axis] }
    guard update == expected, update.shape[axis] <= cache.shape[axis], axis > 0 else {
      throw .shapeMismatch(reason: "update \(update) does not fit the cache \(cache)")
    }
    if inputs.optional(2) != nil {
      let indices = try inputs.requiredIndices(2, "write_indices")
      guard indices.dims == [cache.shape[0]] else {
        throw .shapeMismatch(reason: "write_indices \(indices) do not match the cache \(cache)")
      }
    }
    return [cache]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (cache, update) = (call.input(0), call.input(1))
    let axis = try cache.shape.required(axis: axis)
    let starts = call.optionalInput(2)?.copied().integers
    let (capacity, count) = (cache.shape[axis], update.shape[axis])
    let bytes = cache.shape.count((axis + 1)...) * cache.dtype.byteSize
    let rows = cache.shape.count(..<axis)
    call.output.bytes.copyMemory(from: cache.bytes)
    for row in 0..<rows {
      let start = starts?[row / (rows / cache.shape[0])] ?? 0
      guard start >= 0, start <= (isCircular ? capacity : capacity - count) else {
        throw .wrongInput(name: "write_indices", reason: "hold \(start) of \(capacity)")
      }
      for step in 0..<count {
        let position = start + step < capacity ? start + step : start + step - capacity
        (call.output.base + (row * capacity + position) * bytes)
          .copyMemory(from: update.base + (row * count + step) * bytes, byteCount: bytes)
      }
    }
  }
}
