import CalibrantQuantization
import Testing

struct MethodTests {
  /// Laws that every method in the list obeys, on every sample set and grid.
  @Test(arguments: StandardMethods.names, Golden.shared.samples)
  func rangesObeyTheLaws(_ name: String, _ golden: Golden.SampleSet) throws {
    let method = try #require(StandardMethods.named(name))
    let values = Samples.named(golden.name)
    let (first, second) = (Array(values[..<12345]), Array(values[12345...]))
    var whole = Samples.statistics(first)
    second.withUnsafeBufferPointer { whole.observe($0) }
    let distribution = whole.distribution
    var halves = Samples.statistics(second)
    halves.merge(Samples.statistics(first))
    for (_, grid) in grids {
      let range = method.range(of: distribution, on: grid)
      #expect(range.lower <= 0 && range.upper >= 0)
      #expect(range.lower >= distribution.range.lower && range.upper <= distribution.range.upper)
      #expect(range.upper - range.lower > 0)
      #expect(method.range(of: halves.distribution, on: grid) == range)
    }
  }

  /// Nothing, one value, only zeros: a method has an answer.
  @Test(arguments: StandardMethods.names)
  func degenerateTensorsHaveRanges(_ name: String) throws {
    let method = try #require(StandardMethods.named(name))
    for (_, grid) in grids {
      let empty = Samples.statistics([]).distribution
      #expect(method.range(of: empty, on: grid) == .zero)
      #expect(method.range(of: Samples.statistics([0, 0]).distribution, on: grid) == .zero)
      let one = method.range(of: Samples.statistics([-2.5]).distribution, on: grid)
      #expect(one.lower < 0 && one.lower >= -2.5 && one.upper == 0)
    }
  }

  /// Of the samples [-1, 4], [-3, 0] and [2, 8]: the means of -1, -3, 2 and of 4, 0, 8.
  @Test func meanMinMaxAveragesTheSamplesExtremes() {
    var seen = Samples.statistics([-1, 0.5, 4])
    for sample: [Float] in [[0, -3], [8, .nan, 2], [.nan, .infinity]] {
      sample.withUnsafeBufferPointer { seen.observe($0) }
    }
    let range = MeanMinMax().range(of: seen.distribution, on: .asymmetricUInt8)
    #expect(abs(range.lower + 2 / 3) < 1e-6 && range.upper == 4)
  }

  @Test(arguments: Golden.shared.samples)
  func percentileEqualsNumPyToOneBin(_ golden: Golden.SampleSet) {
    let distribution = Samples.distribution(golden.name)
    let range = Percentile(99.99).range(of: distribution, on: .asymmetricUInt8)
    let lower = golden.minimum >= 0 ? 0 : min(golden.percentile[0], 0)
    // Two order statistics lie between NumPy's definition and a histogram's.
    let values = Samples.named(golden.name).sorted()
    let gap = values[values.count - 2] - values[values.count - 4]
    let gapBelow = values[3] - values[1]
    let bin = Float(sign: .plus, exponent: golden.exponent, significand: 1)
    #expect(abs(range.upper - max(golden.percentile[1], 0)) <= bin + gap)
    #expect(abs(range.lower - lower) <= bin + gapBelow)
  }

  @Test(arguments: Golden.shared.samples)
  func entropyEqualsTheWrittenOutSearch(_ golden: Golden.SampleSet) throws {
    for (name, grid) in grids {
      let expected = try #require(golden.entropy[name])
      let range = Entropy().range(of: Samples.distribution(golden.name), on: grid)
      #expect(range == ValueRange(expected[0], expected[1]), "\(name)")
    }
  }

  @Test func entropyClipsHeavyTails() {
    for (name, grid) in grids {
      let values = Samples.distribution("heavy")
      let range = Entropy().range(of: values, on: grid)
      #expect(range.magnitude < 0.7 * values.range.magnitude, "\(name)")
    }
  }

  /// Measured on the samples themselves, the range is as good as the best of a dense lattice.
  @Test(arguments: Golden.shared.samples)
  func leastSquaresReachesTheBruteForceOptimum(_ golden: Golden.SampleSet) throws {
    let values = Samples.named(golden.name)
    for (name, grid) in grids {
      let least = try #require(golden.leastError[name])
      let range = MeanSquaredError().range(of: Samples.distribution(golden.name), on: grid)
      // 20,000 samples know their own quantization error to about one percent.
      #expect(measuredError(values, grid.parameters(for: range)) <= 1.02 * least, "\(name)")
    }
  }

  /// The error read off the histogram is the error of the samples.
  @Test(arguments: Golden.shared.samples)
  func expectedErrorEqualsMeasuredError(_ golden: Golden.SampleSet) throws {
    let distribution = Samples.distribution(golden.name)
    for (name, grid) in grids {
      let parameters = grid.parameters(for: distribution.range)
      let expected = distribution.expectedSquaredError(parameters)
      let measured = try #require(golden.minMaxError[name])
      #expect(abs(expected - measured) <= 0.03 * measured, "\(name)")
      let clipped = grid.parameters(
        for: ValueRange(distribution.range.lower / 4, distribution.range.upper / 4))
      let clippedError = measuredError(Samples.named(golden.name), clipped)
      #expect(
        abs(distribution.expectedSquaredError(clipped) - clippedError) <= 0.01 * clippedError,
        "\(name)")
    }
  }

  @Test func autoShowsItsTableAndIsNeverWorseThanMinMax() throws {
    for golden in Golden.shared.samples {
      let values = Samples.distribution(golden.name)
      let scores = RangeScores(Auto().candidates, of: values, on: .asymmetricUInt8)
      #expect(scores.all.map(\.method) == StandardMethods.single.map(\.name))
      #expect(scores.all.allSatisfy { scores.best.error <= $0.error })
      #expect(Auto().range(of: values, on: .asymmetricUInt8) == scores.best.range)
    }
  }

  @Test func namesAreDistinct() {
    #expect(Set(StandardMethods.names).count == StandardMethods.all.count)
    #expect(StandardMethods.named("moving-average") == nil)
  }
}
