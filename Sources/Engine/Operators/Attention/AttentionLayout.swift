/// Where the rows of a query, key or value lie: B × heads × length × size, or B × length × (heads · size).
struct AttentionLayout {
  let batch: Int
  let heads: Int
  let length: Int
  let size: Int
  private let isPacked: Bool

  /// - Parameter heads: how many a packed tensor holds.
  init(_ shape: Shape, heads: Int?, _ name: String) throws(GraphError) {
    if shape.rank == 4 {
      (batch, self.heads, length, size) = (shape[0], shape[1], shape[2], shape[3])
      isPacked = false
      return
    }
    guard shape.rank == 3, let heads, heads > 0, shape[2] % heads == 0 else {
      throw .shapeMismatch(
        reason: "\(name) \(shape) is neither B × heads × length × size nor divides into heads")
    }
    (batch, self.heads, length, size) = (shape[0], heads, shape[1], shape[2] / heads)
    isPacked = true
  }

  /// The first element of a head's first row.
  func start(batch: Int, head: Int) -> Int {
    isPacked
      ? batch * length * heads * size + head * size : (batch * heads + head) * length * size
  }

  /// Elements between the rows of a head.
  var rowStride: Int { isPacked ? heads * size : size }
}
