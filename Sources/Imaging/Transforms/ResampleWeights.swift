/// For one axis, which input pixels make each output pixel, and with what weights.
///
/// Weights are fixed point with `fractionBits` and sum to 1 up to their rounding.
struct ResampleWeights {
  static let fractionBits = 22

  /// The first input pixel of each output pixel.
  private(set) var starts: [Int] = []
  private(set) var counts: [Int] = []
  /// `stride` weights per output pixel, the first `counts[i]` of them in use.
  private(set) var values: [Int32] = []
  let stride: Int

  /// Weights for the output pixels in `window` of an axis resized from `input` to `output` pixels.
  init(from input: Int, to output: Int, window: Range<Int>, interpolation: Interpolation) {
    let scale = Double(input) / Double(output)
    let filterScale = max(scale, 1)
    let support = interpolation.support * filterScale
    stride = Int(support.rounded(.up)) * 2 + 1
    starts.reserveCapacity(window.count)
    counts.reserveCapacity(window.count)
    values.reserveCapacity(window.count * stride)
    for index in window {
      let center = (Double(index) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), input)
      let weights = (0..<(end - start)).map { tap in
        interpolation.weight(at: (Double(tap + start) - center + 0.5) * (1 / filterScale))
      }
      starts.append(start)
      counts.append(weights.count)
      values.append(contentsOf: Self.normalized(weights))
      values.append(contentsOf: repeatElement(0, count: stride - weights.count))
    }
  }

  /// The input pixels that any output pixel needs.
  var inputRange: Range<Int> {
    var lower = Int.max
    var upper = 0
    for (start, count) in zip(starts, counts) {
      lower = min(lower, start)
      upper = max(upper, start + count)
    }
    return min(lower, upper)..<upper
  }

  /// Divided by their sum, then rounded half away from zero to fixed point.
  private static func normalized(_ weights: [Double]) -> [Int32] {
    let sum = weights.reduce(0, +)
    let one = Double(1 << fractionBits)
    return weights.map { weight in
      let value = (sum == 0 ? weight : weight / sum) * one
      return Int32(value < 0 ? value - 0.5 : value + 0.5)
    }
  }
}
