import Testing

@testable import CalibrantTasks

/// Resamples and intervals are those of `Golden/make_bootstrap.py`.
struct PairedBootstrapTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      struct Interval: Decodable {
        let confidence: Double
        let lower: Double
        let upper: Double
      }

      let seed: String
      let first: [Double]
      let second: [Double]
      let resamples: Int
      let weights: [[Int]]
      struct Shift: Decodable {
        let shift: Double
        let pValue: Double
      }

      let intervals: [Interval]
      let shifts: [Shift]

      var bootstrap: PairedBootstrap {
        PairedBootstrap(
          imageCount: first.count, resampleCount: resamples, seed: UInt64(seed) ?? 0)
      }
    }
    struct Tail: Decodable {
      let images: Int
      let confidence: Double
      let tail: Double
    }

    let cases: [Case]
    let tails: [Tail]
  }

  private let values: Golden

  init() throws { values = try GoldenFile.values("bootstrap.json") }

  private func mean(_ values: [Double]) -> ([Int]) -> Double? {
    { weights in
      zip(weights, values).reduce(0) { $0 + Double($1.0) * $1.1 } / Double(values.count)
    }
  }

  private func differences(_ value: Golden.Case, _ part: Range<Int>) -> [Double?] {
    value.bootstrap.differences(of: part, first: mean(value.first), second: mean(value.second))
  }

  @Test func resamplesAreThoseOfIntegers() {
    for value in values.cases {
      let bootstrap = value.bootstrap
      #expect([0, 1, 299].map(bootstrap.weights(ofResample:)) == value.weights)
    }
  }

  @Test func intervalsAreSciPys() throws {
    for value in values.cases {
      let all = differences(value, 0..<value.resamples)
      for expected in value.intervals {
        let interval = try #require(
          value.bootstrap.interval(of: all, confidence: expected.confidence))
        // Student's quantile is an expansion.
        #expect(abs(interval.lowerBound - expected.lower) < 1e-5)
        #expect(abs(interval.upperBound - expected.upper) < 1e-5)
      }
    }
  }

  @Test func pValuesAreSciPys() throws {
    for value in values.cases {
      let all = differences(value, 0..<value.resamples)
      for expected in value.shifts {
        let moved = all.map { $0.map { $0 + expected.shift } }
        let p = try #require(value.bootstrap.pValue(of: moved))
        #expect(abs(p / expected.pValue - 1) < 1e-3, "\(expected)")
        let interval = try #require(value.bootstrap.interval(of: moved, confidence: 1 - 2 * p))
        #expect(!interval.contains(0) || p > 0.4)
      }
    }
    #expect(values.cases[0].bootstrap.pValue(of: [nil]) == nil)
  }

  @Test func tailsAreSciPys() {
    for expected in values.tails {
      let tail = BootstrapInterval.expandedTail(
        imageCount: Double(expected.images), confidence: expected.confidence)
      #expect(abs(tail / expected.tail - 1) < 1e-4, "\(expected)")
    }
  }

  @Test(arguments: [2, 3, 7])
  func partsAreTheSameAsAllInOneGo(_ workers: Int) async throws {
    let value = try #require(values.cases.first)
    let all = 0..<value.resamples
    let size = (all.count + workers - 1) / workers
    let parts = await withTaskGroup(of: (Int, [Double?]).self) { group in
      for start in stride(from: 0, to: all.count, by: size) {
        group.addTask { (start, differences(value, start..<min(start + size, all.count))) }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    let joined = parts.sorted { $0.key < $1.key }.flatMap(\.value)
    #expect(joined == differences(value, all))
  }

  @Test func fewerEffectiveImagesMakeItWider() throws {
    let value = try #require(values.cases.first)
    let all = differences(value, 0..<value.resamples)
    let plain = try #require(value.bootstrap.interval(of: all))
    let few = try #require(value.bootstrap.interval(of: all, effectiveImageCount: 8))
    #expect(few.lowerBound < plain.lowerBound && plain.upperBound < few.upperBound)
    #expect(value.bootstrap.interval(of: all, effectiveImageCount: 1e9) == plain)
    let fewest = try #require(value.bootstrap.interval(of: all, effectiveImageCount: 1))
    let sorted = all.compactMap(\.self).sorted()
    #expect(sorted.first == fewest.lowerBound && sorted.last == fewest.upperBound)
    expectClose(HarmonicMean.of([2, 0, 6]), 3)
    #expect(HarmonicMean.of([0]) == nil)
  }

  @Test func resamplesWithoutAMetricAreLeftOut() {
    let bootstrap = PairedBootstrap(imageCount: 5, resampleCount: 50, seed: 3)
    let found = bootstrap.differences(
      of: 0..<50, first: { $0[0] > 0 ? 2 : nil }, second: { _ in 1 })
    #expect(found.contains(nil))
    #expect(bootstrap.interval(of: found) == 1...1)
    #expect(bootstrap.interval(of: [nil, nil]) == nil)
  }
}
