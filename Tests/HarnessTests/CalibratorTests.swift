import CalibrantEngine
import CalibrantQuantization
import Testing

@testable import CalibrantHarness

@Suite struct CalibratorTests {
  static let targets = ["image", "c", "r", "n", "f", "scores"].map {
    ActivationTensor(name: $0, decidesRange: true, mayBePerChannel: true)
  }

  @Test func statisticsAreOfAllValues() throws {
    let source = SeededSamples(count: 19)
    let seen = try Calibrator(jobs: 2).observe(
      SmallClassifier.model(), targets: Self.targets, on: source)
    let values = (0..<19).flatMap { source.sample($0) }
    let summary = try #require(seen.statistics["image"]).summary
    #expect(seen.sampleCount == 19)
    #expect(summary.count == values.count)
    #expect(summary.minimum == values.min() && summary.maximum == values.max())
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    #expect(abs(summary.mean - mean) < 1e-9)
  }

  @Test(arguments: [2, 3, 8]) func jobsDoNotMatter(jobs: Int) throws {
    func observed(_ jobs: Int) throws -> Observations {
      try Calibrator(jobs: jobs).observe(
        SmallClassifier.model(), targets: Self.targets, on: SeededSamples(count: 70))
    }
    let (alone, shared) = (try observed(1), try observed(jobs))
    #expect(alone.statistics.count == 5)
    #expect(alone.statistics == shared.statistics)
  }

  @Test func integersAreLeftOut() throws {
    let seen = try Calibrator(jobs: 1).observe(
      SmallClassifier.model(), targets: Self.targets, on: SeededSamples(count: 3))
    #expect(seen.notFloat == ["n"])
    #expect(seen.statistics.keys.sorted() == ["c", "f", "image", "r", "scores"])
  }

  /// Samples that only fill a fixed batch up are not counted.
  @Test func fillingUpIsNotObserved() throws {
    let source = SeededSamples(count: 5)
    let fixed = try Calibrator(jobs: 1).observe(
      SmallClassifier.model(batch: .fixed(4)), targets: Self.targets, on: source)
    #expect(fixed.statistics["image"]?.summary.count == 5 * 48)
    #expect(fixed.statistics["f"]?.summary.count == 5 * 8)
  }

  @Test(arguments: [
    (["n"], SeededSamples(count: 3)), ([], SeededSamples(count: 3)),
    (["image"], SeededSamples(count: 0)),
  ]) func nothingObserved(names: [String], source: SeededSamples) {
    let error = #expect(throws: HarnessError.self) {
      try Calibrator(jobs: 2).observe(
        SmallClassifier.model(),
        targets: names.map {
          ActivationTensor(name: $0, decidesRange: true, mayBePerChannel: false)
        }, on: source)
    }
    guard case .nothingObserved? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
