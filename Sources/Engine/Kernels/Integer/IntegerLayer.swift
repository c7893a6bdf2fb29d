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
  let output: GridRounding?
  let clamps = ClampCount()

  /// What a sum is multiplied with: (s_x · s_w) / s_y, in single precision and this order, as runtimes form it.
  func factor(_ weightScale: Float) -> Float {
    let product = inputScale * weightScale
    return output.map { product / $0.scale } ?? product
  }
}
