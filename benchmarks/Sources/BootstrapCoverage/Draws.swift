import Foundation

/// SplitMix64 with the distributions that populations are made of.
struct Draws {
  private var state: UInt64

  /// - Parameter seed: neighbouring ones give unrelated numbers.
  init(seed: UInt64) {
    state = seed
    state = next()
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  mutating func index(below count: Int) -> Int { min(Int(uniform() * Double(count)), count - 1) }

  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * Double.pi * uniform())
  }

  mutating func poisson(_ mean: Double) -> Int {
    var (count, product) = (0, uniform())
    while product > exp(-mean) {
      count += 1
      product *= uniform()
    }
    return count
  }
}
