/// An RGB colour with components around 0...1.
typealias DemoColor = SIMD3<Double>

extension DemoColor {
  static func drawn(_ random: inout DemoRandom) -> DemoColor {
    DemoColor(
      random.uniform(0.1...0.9), random.uniform(0.1...0.9), random.uniform(0.1...0.9))
  }

  /// A colour at least 0.4 away from `other`.
  static func drawn(unlike other: DemoColor, _ random: inout DemoRandom) -> DemoColor {
    while true {
      let color = drawn(&random)
      let change = color - other
      if (change * change).sum() > 0.16 { return color }
    }
  }
}
