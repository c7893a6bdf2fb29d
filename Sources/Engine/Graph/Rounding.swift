/// What QuantizeLinear and DequantizeLinear do to a float together: it becomes scale · k, with k an integer in `codes`,
/// counted from the zero point.
public struct Rounding: Sendable, Hashable {
  public let scale: Float
  public let codes: ClosedRange<Int>
}
