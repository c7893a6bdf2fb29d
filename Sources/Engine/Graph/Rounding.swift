/// What QuantizeLinear and DequantizeLinear do to a float together: it becomes scale · k, with k an integer in `codes`,
/// counted from the zero point.
public struct Rounding: Sendable, Hashable {
  public let scale: Float
  public let codes: ClosedRange<Int>
}

extension Rounding {
  /// - Parameters:
  ///   - limits: the codes that the stored type can hold.
  ///   - zeroPoint: the code of 0.
  init(scale: Float, limits: ClosedRange<Int>, zeroPoint: Int) {
    self.init(
      scale: scale, codes: limits.lowerBound - zeroPoint...limits.upperBound - zeroPoint)
  }
}
