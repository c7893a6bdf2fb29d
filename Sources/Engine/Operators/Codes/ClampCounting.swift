/// Runs a layer and counts its sums that clamped pairs change, as far as single precision tells them apart.
struct ClampCounting: PreparedKernel {
  let layer: any PreparedKernel
  let clamps: ClampCount
  /// How many sums a run computes, and in how many elements they lie.
  let count: Int
  let size: Int
  /// Both write a call's sums, the first with clamped pairs.
  let clamped: Sums
  let exact: Sums

  typealias Sums = @Sendable (OperatorCall, UnsafeMutablePointer<Float>) -> Void

  func run(_ call: OperatorCall) throws(GraphError) {
    try layer.run(call)
    let (some, all) = (AlignedFloats(size), AlignedFloats(size))
    clamped(call, some.base)
    exact(call, all.base)
    clamps.add((0..<size).count { some[$0] != all[$0] }, of: count)
  }
}

extension CodeLayer {
  /// The layer whose values are its sums.
  func sums(clampsPairs: Bool) -> CodeLayer {
    CodeLayer(
      input: CodeGrid(scale: 1, zeroPoint: input.zeroPoint), weights: weights,
      weightZeroPoint: weightZeroPoint, weightScales: weightScales.map { _ in 1 }, bias: bias,
      output: nil, clampsPairs: clampsPairs)
  }
}
