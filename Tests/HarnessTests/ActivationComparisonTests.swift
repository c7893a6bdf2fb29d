import Foundation
import CalibrantImaging
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct ActivationComparisonTests {
  private static let grid = QuantizationGrid.asymmetricUInt8

  /// Mostly small values and one far outlier, as after a Relu.
  private static let values: [Float] = {
    var random = SeededRandom(seed: 4)
    var values = random.floats(20_000).map { abs($0) }
    values[7] = 60
    return values
  }()

  private static let statistics: [String: TensorStatistics] = {
    var statistics = TensorStatistics()
    values.withUnsafeBufferPointer { statistics.observe($0) }
    return ["relu": statistics]
  }()

  @Test func rangesAndErrorsAreThoseOfTheMethods() throws {
    let methods: [any CalibrationMethod] = [MinMax(), Percentile()]
    let table = ActivationComparison.table(
      of: ["relu", "never seen"], Self.statistics, methods: methods, choices: RangeChoices(),
      grid: Self.grid)
    #expect(table.count == 1)
    let row = try #require(table.first)
    #expect(row.candidates.map(\.method) == ["minmax", "percentile"])
    #expect(row.candidates[0].range == Interval(0, 60) && row.observed == Interval(0, 60))
    #expect(row.candidates[1].range.upper < 10)
    // The same by rounding every value.
    let step: Float = 60 / 255
    let rounded = Self.values.map { ($0 / step).rounded(.toNearestOrEven) * step }
    let noise = zip(Self.values, rounded).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let signal = Self.values.reduce(0.0) { $0 + Double($1 * $1) }
    #expect(abs((row.candidates[0].sqnr ?? 0) - 10 * log10(signal / noise)) < 0.2)
    #expect(row.chosen == nil && row.basis == nil)
    #expect(row.histogram.reduce(0, +) == 20_000 && row.histogram.last == 1)
  }

  @Test func autoWithoutReadersTakesTheSmallestErrorOfTheTensorItself() throws {
    let table = ActivationComparison.table(
      of: ["relu"], Self.statistics, methods: [Auto()], choices: RangeChoices(), grid: Self.grid)
    let row = try #require(table.first)
    let values = try #require(Self.statistics["relu"]).distribution
    #expect(row.chosen == RangeScores(Auto().candidates, of: values, on: Self.grid).best.method)
    #expect(row.basis == .tensor)
    #expect(row.candidates.map(\.method) == StandardMethods.single.map(\.name))
  }
}

@Suite struct LayerNoiseTests {
  @Test func everyQuantizedLayerIsMeasuredAndFewerBitsAreWorse() throws {
    let model = SmallClassifier.model()
    let folder = try TemporaryFolder()
    var options = QuantizationOptions()
    options.policy = Policy()
    let job = try QuantizationJob(model, Preprocessing(mean: [0.5, 0.5, 0.5]), options)
    var run = LayerNoiseRun(jobs: 2)
    let noise = try ["w8", "w4"].map { scheme in
      let quantized = try job.weightBased(
        SchemeName(scheme), isCorrected: false, CalibrationWalk(jobs: 1))
      let path = folder.file("\(scheme).onnx")
      try quantized.model.write(to: path)
      return try run.measure(
        LoadedModel(path), madeFrom: job.model, on: SeededSamples(count: 8))
    }
    #expect(noise.allSatisfy { $0.map(\.layer) == ["conv", "fc"] })
    for (eight, four) in zip(noise[0], noise[1]) {
      let (eight, four) = (try #require(eight.sqnr), try #require(four.sqnr))
      #expect(eight > four + 15)
    }
  }
}
