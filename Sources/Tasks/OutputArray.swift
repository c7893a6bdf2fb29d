/// One output of a network for one image.
public struct OutputArray: Sendable, Hashable {
  /// The lengths of its axes as the model gives them, with the batch axis if it has one.
  public let shape: [Int]
  /// Row-major.
  public let values: [Float]

  /// - Precondition: as many values as the shape holds.
  public init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "an array holds what its shape says")
    self.shape = shape
    self.values = values
  }

  /// The shape without leading axes of length 1 beyond `rank` axes; nil where that leaves more or fewer.
  func lengths(rank: Int) -> [Int]? { Self.lengths(shape, rank: rank) }

  static func lengths(_ shape: [Int], rank: Int) -> [Int]? {
    guard shape.count >= rank, shape.dropLast(rank).allSatisfy({ $0 == 1 }) else { return nil }
    return Array(shape.suffix(rank))
  }
}
