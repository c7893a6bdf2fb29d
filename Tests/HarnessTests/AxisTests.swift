import Testing

@testable import CalibrantHarness

/// Figures of any kind give a chart.
@Suite struct AxisTests {
  private static let figures: [Double] = [
    0, -0.0, 1, -1, 1e-300, 1e300, -1e300, 5e29, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
    .nan, .infinity, -.infinity,
  ]

  @Test func everyPairOfFigures() {
    for one in Self.figures {
      for other in Self.figures {
        for limits in [0...100, -1000...1000, -1e30...1e30, -1e38...1e38] {
          let axis = Axis(covering: [one, other], limits: limits, ticks: 5, pixels: (0, 100))
          #expect(axis.values.lowerBound < axis.values.upperBound)
          #expect(axis.ticks.count < 1_000)
          for figure in Self.figures { #expect(axis.position(figure).isFinite) }
        }
      }
    }
  }

  @Test func roundTicks() {
    let axis = Axis(covering: [3, 47], limits: 0...100, ticks: 5, pixels: (0, 100))
    #expect(axis.ticks == [0, 10, 20, 30, 40, 50])
    #expect(axis.position(25) == 50)
  }
}
