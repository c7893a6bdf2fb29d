import CalibrantLinearAlgebra

/// `SplitMix64` with the few distributions that the demo draws from.
///
/// Everything here is integer arithmetic, sums, products and square roots, which are exactly
/// rounded on every machine, so a seed gives the same images everywhere.
struct DemoRandom {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  /// A generator whose stream depends on every number of `path`, and on their order.
  init(path: [UInt64]) {
    var random = DemoRandom(seed: 0)
    for step in path {
      random = DemoRandom(seed: random.next() ^ step)
    }
    self = DemoRandom(seed: random.next())
  }

  mutating func next() -> UInt64 { generator.next() }

  /// Uniform in [0, 1), with 53 random bits.
  mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  /// An index in 0..<count.
  mutating func index(below count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  mutating func chance(_ probability: Double) -> Bool {
    unit() < probability
  }

  /// Close to a standard normal: the sum of four uniforms (Irwin–Hall), scaled to variance 1.
  mutating func bell() -> Double {
    let bits = next()
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return (Double(sum) * 0x1p-16 - 2) * 3.0.squareRoot()
  }

  /// A unit vector, uniform over the circle: a point drawn inside the disc, pushed to its rim.
  mutating func direction() -> DemoPoint {
    while true {
      let point = DemoPoint(x: uniform(-1...1), y: uniform(-1...1))
      let square = point.dot(point)
      if square <= 1 && square > 1e-4 {
        let length = square.squareRoot()
        return DemoPoint(x: point.x / length, y: point.y / length)
      }
    }
  }
}
