/// eˣ within 2 units in the last place, in operations that vectorise and give the same bits on every machine.
///
/// x = n·ln 2 + r with |r| ≤ ln 2 / 2; eʳ is its Taylor polynomial of degree 7, whose remainder is below a tenth
/// of a unit. Results below the smallest normal number are 0, NaN stays NaN.
@inline(__always)
func exponential(_ x: Float) -> Float {
  // Written so that NaN fails both comparisons and passes on.
  let raised = x < -87.4 ? -87.4 : x
  let clamped = raised > 88.8 ? 88.8 : raised
  let shifted = clamped * 1.442_695_04 + 12_582_912  // Adding 1.5 · 2^23 rounds to an integer.
  let n = shifted - 12_582_912
  // ln 2 in two parts, the first short enough for n times it to be exact.
  let r = (clamped - n * 0.693_359_375) + n * 2.121_944_4e-4
  // eʳ = cosh r + sinh r, whose series in r² do not wait for each other.
  let s = r * r
  let even = 1 + s * (1 / 2 + s * (1 / 24 + s * (1 / 720)))
  let odd = 1 + s * (1 / 6 + s * (1 / 120 + s * (1 / 5040)))
  let power = even + r * odd
  // 2ⁿ in two factors, for 2^128 is no float and 2^127 · 2 is.
  let exponent = Int32(bitPattern: shifted.bitPattern) &- 0x4B40_0000
  let half = exponent &>> 1
  let result = power * powerOfTwo(half) * powerOfTwo(exponent &- half)
  return x < -87.336_54 ? 0 : result
}

@inline(__always)
private func powerOfTwo(_ exponent: Int32) -> Float {
  Float(bitPattern: UInt32(bitPattern: (exponent &+ 127) &<< 23))
}
