/// An elementwise function cheap enough to apply while a tile of output is still in cache.
package enum Activation: Sendable, Hashable {
  case identity
  case relu
  /// Bounds in ONNX `Clip`'s meaning.
  case clip(Float, Float)

  /// Applies the function in place. NaN, which fails every comparison, stays NaN.
  @inline(__always)
  func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .identity: break
    case .relu:
      for i in 0..<count { values[i] = values[i] <= 0 ? 0 : values[i] }
    case .clip(let low, let high):
      for i in 0..<count {
        let raised = values[i] <= low ? low : values[i]
        values[i] = raised >= high ? high : raised
      }
    }
  }

  /// Adds a bias and applies the function in one pass over the values.
  @inline(__always)
  func apply(_ values: UnsafeMutablePointer<Float>, count: Int, adding bias: Float) {
    switch self {
    case .identity:
      for i in 0..<count { values[i] += bias }
    case .relu:
      for i in 0..<count {
        let sum = values[i] + bias
        values[i] = sum <= 0 ? 0 : sum
      }
    case .clip(let low, let high):
      for i in 0..<count {
        let sum = values[i] + bias
        let raised = sum <= low ? low : sum
        values[i] = raised >= high ? high : raised
      }
    }
  }
}
