/// A range of real values that quantization has to represent. It always includes zero.
public struct ValueRange: Sendable, Equatable, Codable {
  /// At most 0.
  public let lower: Float
  /// At least 0.
  public let upper: Float

  /// The smallest range that holds both values and zero. Both must be finite.
  public init(_ lower: Float, _ upper: Float) {
    precondition(lower.isFinite && upper.isFinite, "A range needs finite ends.")
    self.lower = Swift.min(lower, 0)
    self.upper = Swift.max(upper, 0)
  }

  public static let zero = ValueRange(0, 0)

  /// The largest absolute value inside.
  public var magnitude: Float { Swift.max(-lower, upper) }

  public func union(_ other: ValueRange) -> ValueRange {
    ValueRange(Swift.min(lower, other.lower), Swift.max(upper, other.upper))
  }
}
