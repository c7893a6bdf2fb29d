/// Mean and reciprocal standard deviation of a run of floats: Σ(x − mean)² first, so that no digits cancel.
func moments(
  _ x: UnsafeBufferPointer<Float>, epsilon: Float
) -> (mean: Float, factor: Float) {
  let mean = sum(x) / Float(x.count)
  let variance = sum(x) { ($0 - mean) * ($0 - mean) } / Float(x.count)
  return (mean, 1 / (variance + epsilon).squareRoot())
}

extension Array where Element == Operand? {
  /// A float for each index of a tensor's axis 1, or for each of `count` groups of them.
  func checkPerChannel(
    _ index: Int, _ name: String, count: Int
  ) throws(GraphError) {
    let shape = try requiredFloat(index, name).shape
    guard shape.dims == [count] else {
      throw .shapeMismatch(reason: "\(name) \(shape) does not hold \(count) values")
    }
  }
}
