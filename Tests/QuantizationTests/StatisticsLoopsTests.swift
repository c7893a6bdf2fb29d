import TestSupport
import Testing

@testable import CalibrantQuantization

/// Every instruction set gives the bits of the plainest loop.
@Suite struct StatisticsLoopsTests {
  /// Zeros of both signs, runs of equal values, tiny and large ones, at every length around the vectors' and blocks'.
  private static let samples: [[Float]] = (Array(0...33) + [1023, 1024, 1025, 5000]).map { count in
    var random = SeededRandom(seed: UInt64(count))
    let special: [Float] = [
      0, -0.0, .leastNonzeroMagnitude * 700, -.leastNonzeroMagnitude * 700, 0.25, 0.25, 3e4, -3e4,
    ]
    return random.floats(count).enumerated().map { index, value in
      index % 3 == 0 ? special[index % special.count] : value
    }
  }

  @Test func summariesAreThoseOfAPlainLoop() {
    for loops in StatisticsLoops.available {
      for values in Self.samples {
        let facts = values.withUnsafeBufferPointer { loops.summary($0) }
        let whole = values.count / 8 * 8
        var (sums, squares) = (
          [Double](repeating: 0, count: 8), [Double](repeating: 0, count: 8)
        )
        for (i, x) in values[..<whole].enumerated() {
          sums[i % 8] += Double(x)
          squares[i % 8] += Double(x) * Double(x)
        }
        let (sum, square) = values[whole...].reduce((sums.reduce(0, +), squares.reduce(0, +))) {
          ($0.0 + Double($1), $0.1 + Double($1) * Double($1))
        }
        #expect(facts.sum == sum && facts.sumOfSquares == square)
        #expect(facts.minimum == values.min() ?? .infinity)
        #expect(facts.maximum == values.max() ?? -.infinity)
        #expect(facts.zeros == values.count { $0 == 0 })
      }
    }
  }

  @Test(arguments: [-3, 0, 6]) func talliesAreThoseOfAPlainLoop(exponent: Int) {
    let width = Double(sign: .plus, exponent: exponent, significand: 1)
    for loops in StatisticsLoops.available {
      for values in Self.samples where !values.isEmpty {
        // Only what 2048 bins can hold.
        let values = values.filter { abs(Double($0)) < 1000 * width }
        let bins = values.map { Int((Double($0) / width).rounded(.down)) }
        let first = min(bins.min() ?? 0, 0)
        var expected = [Int](repeating: 5, count: max(bins.max() ?? 0, 0) - first + 1)
        var counts = expected
        for bin in bins { expected[bin - first] += 1 }
        values.withUnsafeBufferPointer {
          loops.tally($0, exponent: exponent, firstBin: first, into: &counts)
        }
        #expect(counts == expected)
      }
    }
  }
}
