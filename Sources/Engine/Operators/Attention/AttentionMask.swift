/// What is added to the scores of an attention before its softmax: a mask, and −∞ where a key may not be seen.
struct AttentionMask {
  /// Right-aligned with B × heads × queries × keys; nil where there is none.
  var mask: TensorView?
  var isCausal = false
  /// How far a query sees to the left and right of its own place; negative for any distance.
  var window: (left: Int, right: Int) = (-1, -1)
  /// Keys that come before the queries' own block, by sample.
  var offsets: [Int]
  /// Keys of each sample that are no padding; nil where all are.
  var keyCounts: [Int]?

  /// Writes the bias of one head: queries × keys.
  func write(
    batch: Int, head: Int, queries: Int, keys: Int, into bias: UnsafeMutablePointer<Float>
  ) {
    let offset = offsets[batch]
    for query in 0..<queries {
      let row = bias + query * keys
      addMask(batch, head, query, keys, to: row)
      let place = query + offset
      for key in 0..<keys {
        let isHidden =
          (isCausal && key > place) || (window.left >= 0 && place - key > window.left)
          || (window.right >= 0 && key - place > window.right)
          || keyCounts.map { key >= $0[batch] } ?? false
        if isHidden { row[key] = -.infinity }
      }
    }
  }

  /// A mask with fewer keys than there are hides the rest.
  private func addMask(
    _ batch: Int, _ head: Int, _ query: Int, _ keys: Int, to row: UnsafeMutablePointer<Float>
  ) {
    guard let mask else { return row.update(repeating: 0, count: keys) }
    let dims = [Int](repeating: 1, count: 4 - mask.shape.rank) + mask.shape.dims
    let index = [batch, head, query]
    let start = (0..<3).reduce(0) { $0 * dims[$1] + (dims[$1] == 1 ? 0 : index[$1]) } * dims[3]
    for key in 0..<keys {
      guard key < dims[3] else {
        row[key] = -.infinity
        continue
      }
      if mask.dtype == .bool {
        row[key] = mask.buffer(of: Bool.self)[start + key] ? 0 : -.infinity
      } else {
        row[key] = mask.floats[start + key]
      }
    }
  }
}
