/// A layer whose input, weights and, where it is quantized, output are 8-bit codes.
///
/// Values enter and leave as floats on the grids of their codes, so that what lies between such layers need not know.
struct IntegerLayer: Sendable {
  /// s_x, and z_x of the codes as unsigned bytes: signed ones are moved up by 128, as runtimes on x86 do.
  let inputScale: Float
  let inputZeroPoint: Int
  /// One for all channels.
  let weightZeroPoint: Int
  /// Whether sums of two products are clamped to 16 bits.
  let clampsPairs: Bool
  /// Whether `clamps` is to be kept, which takes longer.
  let countsClamps: Bool
  /// nil where the output stays in float.
  let output: Rounding?
  let clamps = ClampCount()

  init(_ node: Node) throws(GraphError) {
    inputScale = try node.attributes.float("x_scale", default: 1)
    inputZeroPoint = try node.attributes.int("x_zero_point", default: 0)
    weightZeroPoint = try node.attributes.int("w_zero_point", default: 0)
    clampsPairs = node.clampsPairs
    countsClamps = try node.attributes.flag("counts_clamps")
    output = node.rounding
  }

  /// What a sum is multiplied with: (s_x · s_w) / s_y, in single precision and this order, as runtimes form it.
  func factor(_ weightScale: Float) -> Float {
    let product = inputScale * weightScale
    return output.map { product / $0.scale } ?? product
  }
}

/// An operator that clamps sums of two products, and counts the sums that lose something by it.
protocol PairClamping: OperatorKernel {
  var clamps: ClampCount { get }
}
