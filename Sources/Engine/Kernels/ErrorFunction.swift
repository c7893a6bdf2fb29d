/// erf(x) within 3e-7, in operations that vectorise and give the same bits on every machine.
///
/// Inside ±1 its Taylor series, so that small values keep their relative precision; outside 1 − P(t)·e^(−x²) with
/// t = 1 / (1 + 0.3275911·|x|), formula 7.1.26 of Abramowitz and Stegun.
@inline(__always)
func errorFunction(_ x: Float) -> Float {
  let square = x * x
  let magnitude = abs(x)
  let tail = magnitude > 1 ? 1 - tailOfErrorFunction(magnitude, square) : 0
  let signed = x < 0 ? -tail : tail
  return magnitude > 1 ? signed : x * seriesOfErrorFunction(square)
}

@inline(__always)
private func tailOfErrorFunction(_ x: Float, _ square: Float) -> Float {
  let t = 1 / (1 + 0.327_591_1 * x)
  let p =
    t
    * (0.254_829_592
      + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))))
  return p * exponential(-square)
}

/// erf(x) / x = 2/√π · Σ (−x²)ⁿ / (n! · (2n + 1)); from n = 10 on, terms are below 3e-8 inside ±1.
@inline(__always)
private func seriesOfErrorFunction(_ square: Float) -> Float {
  let s = square < 1 ? square : 1
  let high = -1 / 1320 + s * (1 / 9360 + s * (-1 / 75600 + s * (1 / 685_440 - s * (1 / 6_894_720))))
  let low = 1 - s * (1 / 3 - s * (1 / 10 - s * (1 / 42 - s * (1 / 216 + s * high))))
  return 1.128_379_167 * low
}
