/// What QuantizeLinear and DequantizeLinear do to a float together: it becomes scale · k, with k an integer in `codes`,
/// counted from the zero point.
struct GridRounding: Sendable, Hashable {
  let scale: Float
  let codes: ClosedRange<Int>
}

extension GridRounding {
  /// - Parameters:
  ///   - limits: the codes that the stored type can hold.
  ///   - zeroPoint: the code of 0.
  init(scale: Float, limits: ClosedRange<Int>, zeroPoint: Int) {
    self.init(
      scale: scale, codes: limits.lowerBound - zeroPoint...limits.upperBound - zeroPoint)
  }
}

extension GridRounding {
  /// Whether rounding to these codes clips all that the activation would.
  func implies(_ activation: Activation) -> Bool {
    let bounds: (low: Float, high: Float)
    switch activation {
    case .identity: return true
    case .relu: bounds = (0, .infinity)
    case .clip(let low, let high): bounds = (low, high)
    }
    return (bounds.low / scale).rounded(.toNearestOrEven) <= Float(codes.lowerBound)
      && (bounds.high / scale).rounded(.toNearestOrEven) >= Float(codes.upperBound)
  }
}
