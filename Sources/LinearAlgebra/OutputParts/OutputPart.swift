/// Neighbouring places along one axis of an output, or all of it.
public struct OutputPart: Sendable, Codable, Hashable {
  public let axis: Int
  public let places: Range<Int>

  public init(axis: Int, places: Range<Int>) {
    self.axis = axis
    self.places = places
  }

  /// Whether it is all of an output of any shape.
  public func isWhole(of shape: [Int]) -> Bool { axis == 0 && places == 0..<(shape.first ?? 1) }

  /// All of an output of this shape.
  public init(whole shape: [Int]) { self.init(axis: 0, places: 0..<(shape.first ?? 1)) }

  /// Where its values stand among all, row-major: ranges in ascending order.
  public func blocks(of shape: [Int]) -> [Range<Int>] {
    guard !shape.isEmpty else { return [0..<1] }
    let inner = shape[(axis + 1)...].reduce(1, *)
    return (0..<shape[..<axis].reduce(1, *)).map { row in
      let start = row * shape[axis] * inner
      return start + places.lowerBound * inner..<start + places.upperBound * inner
    }
  }
}
