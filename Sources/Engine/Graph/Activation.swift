/// An elementwise function cheap enough to apply while a tile of output is still in cache.
public enum Activation: Sendable, Hashable {
  case identity
  case relu
  /// Bounds in ONNX `Clip`'s meaning.
  case clip(Float, Float)

  /// Applies the function in place. NaN passes through `relu` as 0 and through `clip` as its lower bound.
  @inline(__always)
  public func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .identity: break
    case .relu:
      for i in 0..<count { values[i] = values[i] > 0 ? values[i] : 0 }
    case .clip(let low, let high):
      for i in 0..<count {
        let raised = values[i] > low ? values[i] : low
        values[i] = raised < high ? raised : high
      }
    }
  }

  /// Adds a bias and applies the function in one pass over the values.
  @inline(__always)
  public func apply(_ values: UnsafeMutablePointer<Float>, count: Int, adding bias: Float) {
    switch self {
    case .identity:
      for i in 0..<count { values[i] += bias }
    case .relu:
      for i in 0..<count {
        let sum = values[i] + bias
        values[i] = sum > 0 ? sum : 0
      }
    case .clip(let low, let high):
      for i in 0..<count {
        let sum = values[i] + bias
        let raised = sum > low ? sum : low
        values[i] = raised < high ? raised : high
      }
    }
  }
}
