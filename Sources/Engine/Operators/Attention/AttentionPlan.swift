/// The numbers of one attention: what its queries, keys and values have in common.
struct AttentionPlan {
  let query: AttentionLayout
  let key: AttentionLayout
  let value: AttentionLayout
  /// Keys that were cached.
  let past: Int

  var keys: Int { past + key.length }
  /// Query heads that share a key head.
  var share: Int { query.heads / key.heads }

  init(
    _ q: Shape, _ k: Shape, _ v: Shape, past: Shape?, heads: (query: Int?, key: Int?)
  ) throws(GraphError) {
    query = try AttentionLayout(q, heads: heads.query, "Q")
    key = try AttentionLayout(k, heads: heads.key, "K")
    value = try AttentionLayout(v, heads: heads.key, "V")
    self.past = past?[2] ?? 0
    guard query.batch == key.batch, key.batch == value.batch, query.size == key.size,
      key.heads == value.heads, key.length == value.length, key.heads > 0,
      query.heads % key.heads == 0
    else { throw .shapeMismatch(reason: "Q \(q), K \(k) and V \(v) do not belong together") }
    guard (Shape([query.length, keys]).checkedElementCount ?? .max) <= 1 << 34 else {
      throw .shapeMismatch(reason: "\(query.length) queries of \(keys) keys are too many")
    }
  }

  static func pastShape(_ inputs: [Operand?]) throws(GraphError) -> Shape? {
    guard let past = inputs.optional(4)?.type else { return nil }
    guard past.dtype == .float32, past.shape.rank == 4 else {
      throw .shapeMismatch(reason: "past_key \(past) is not B × heads × length × size")
    }
    return past.shape
  }

  func checkCaches(_ inputs: [Operand?]) throws(GraphError) {
    let expected = [(4, "past_key", key.size), (5, "past_value", value.size)]
    for (index, name, size) in expected where inputs.optional(4) != nil || inputs.optional(5) != nil
    {
      let shape = try inputs.requiredFloat(index, name).shape
      guard shape.dims == [key.batch, key.heads, past, size] else {
        throw .shapeMismatch(reason: "\(name) \(shape) does not fit the new keys and values")
      }
    }
    if inputs.optional(6) != nil {
      let counts = try inputs.requiredIndices(6, "nonpad_kv_seqlen")
      guard counts.dims == [query.batch] else {
        throw .shapeMismatch(reason: "nonpad_kv_seqlen \(counts) is no number for each sample")
      }
    }
  }

  func checkMask(_ inputs: [Operand?]) throws(GraphError) {
    guard let mask = inputs.optional(3)?.type else { return }
    let full = [query.batch, query.heads, query.length]
    let dims = [Int](repeating: 1, count: max(0, 4 - mask.shape.rank)) + mask.shape.dims
    guard mask.dtype == .bool || mask.dtype == .float32, (1...4).contains(mask.shape.rank),
      zip(dims, full).allSatisfy({ $0 == 1 || $0 == $1 }), dims[3] <= keys
    else {
      throw .shapeMismatch(
        reason: "attn_mask \(mask) does not broadcast to \(full + [keys])")
    }
  }
}
