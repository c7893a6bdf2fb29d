/// Pairs of elements of each head turned by an angle that depends on their place. https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html
struct RotaryEmbedding: PlannedOperator {
  static let opType = "RotaryEmbedding"
  static let sinceVersion = 23

  private let isInterleaved: Bool
  private let heads: Int?
  private let rotated: Int

  init(_ node: Node) throws(GraphError) {
    isInterleaved = try node.attributes.flag("interleaved")
    heads = try node.attributes.int("num_heads")
    rotated = try node.attributes.int("rotary_embedding_dim", default: 0)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X")
    let layout = try AttentionLayout(x.shape, heads: heads, "X")
    let size = rotated == 0 ? layout.size : rotated
    guard size > 0, size % 2 == 0, size <= layout.size else {
      throw .badAttribute(name: "rotary_embedding_dim", reason: "\(size) does not fit X \(x)")
    }
    let hasIDs = inputs.optional(3) != nil
    for (index, name) in [(1, "cos_cache"), (2, "sin_cache")] {
      let cache = try inputs.requiredFloat(index, name).shape
      let fits =
        hasIDs
        ? cache.rank == 2 && cache[1] == size / 2
        : cache.dims == [layout.batch, layout.length, size / 2]
      guard fits else { throw .shapeMismatch(reason: "\(name) \(cache) does not fit X \(x)") }
    }
    guard inputs[1]?.type == inputs[2]?.type else {
      throw .shapeMismatch(reason: "cos_cache and sin_cache differ in shape")
    }
    if hasIDs {
      let ids = try inputs.requiredIndices(3, "position_ids")
      guard ids.dims == [layout.batch, layout.length] else {
        throw .shapeMismatch(reason: "position_ids \(ids) do not match X \(x)")
      }
    }
    return [x]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try AttentionLayout(inputs.requiredFloat(0, "X").shape, heads: heads, "X"), run)
  }

  private func run(_ call: OperatorCall, _ layout: AttentionLayout) throws(GraphError) {
    let (x, y) = (call.input(0), call.output.floats)
    let half = (rotated == 0 ? layout.size : rotated) / 2
    let (cosines, sines) = (call.input(1), call.input(2).floats)
    let ids = call.optionalInput(3)?.copied().integers
    call.output.bytes.copyMemory(from: x.bytes)
    for batch in 0..<layout.batch {
      for place in 0..<layout.length {
        var line = batch * layout.length + place
        if let ids { line = try resolve(index: ids[line], size: cosines.shape[0], "position_ids") }
        for head in 0..<layout.heads {
          let start = layout.start(batch: batch, head: head) + place * layout.rowStride
          for i in 0..<half {
            let a = start + (isInterleaved ? 2 * i : i)
            let b = isInterleaved ? a + 1 : a + half
            let (c, s) = (cosines.floats[line * half + i], sines[line * half + i])
            y[a] = c * x.floats[a] - s * x.floats[b]
            y[b] = s * x.floats[a] + c * x.floats[b]
          }
        }
      }
    }
  }
}
