import CalibrantEngine
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct BatchingTests {
  @Test(arguments: [
    ([3, 4, 4], 16), ([3, 64, 64], 16), ([3, 96, 96], 4), ([3, 150, 150], 2), ([3, 224, 224], 1),
  ]) func unitsFollowFromTheImagesSize(shape: [Int], unit: Int) {
    #expect(Batching(SeededSamples(count: 5, sampleShape: shape), fixedBatch: nil).unit == unit)
  }

  @Test(arguments: [0, 1, 15, 16, 17, 32, 33]) func unitsCoverEverySampleOnce(count: Int) {
    let batching = Batching(SeededSamples(count: count), fixedBatch: nil)
    #expect((0..<batching.unitCount).flatMap { batching.samples(of: $0) } == Array(0..<count))
  }

  @Test func anOpenBatchEndsWithTheSamples() throws {
    let source = SeededSamples(count: 18)
    let batching = Batching(source, fixedBatch: nil)
    let last = try batching.input(1, from: source)
    #expect(last.shape == [2, 3, 4, 4])
    #expect(last.array(of: Float.self) == source.sample(16) + source.sample(17))
  }

  @Test func aFixedBatchIsFilledUpWithItsLastSample() throws {
    let source = SeededSamples(count: 5)
    let batching = Batching(source, fixedBatch: 4)
    let last = try batching.input(1, from: source)
    #expect(batching.unitCount == 2 && batching.samples(of: 1) == 4..<5)
    #expect(last.shape == [4, 3, 4, 4])
    #expect(last.array(of: Float.self) == (0..<4).flatMap { _ in source.sample(4) })
  }

  @Test(arguments: [1, 3, 7, 16]) func aFixedBatchGivesTheScoresOfAnOpenOne(batch: Int) throws {
    let source = SeededSamples(count: 20)
    let open = try Evaluator(jobs: 1).scores(
      of: try Program(SmallClassifier.model()), on: source)
    let fixed = try Evaluator(jobs: 2).scores(
      of: try Program(SmallClassifier.model(batch: .fixed(batch))), on: source)
    #expect(open.count == 20 && fixed.count == 20 && open.classes == 4)
    for (a, b) in zip(open.values, fixed.values) { #expect(abs(a - b) <= 1e-5) }
  }

  @Test(arguments: [1, 2, 5]) func scoresDoNotDependOnJobs(jobs: Int) throws {
    let program = try Program(SmallClassifier.model())
    let source = SeededSamples(count: 67)
    let alone = try Evaluator(jobs: 1).scores(of: program, on: source)
    #expect(try Evaluator(jobs: jobs).scores(of: program, on: source).values == alone.values)
  }

  /// Some exporters write −1 for an open size.
  @Test func aSizeOfMinusOneIsOpen() throws {
    let program = try Program(SmallClassifier.model(batch: .fixed(-1)))
    #expect(try ImageInput(of: program).fixedBatch == nil)
    #expect(try Evaluator(jobs: 1).scores(of: program, on: SeededSamples(count: 20)).count == 20)
  }

  @Test(arguments: [0, 1 << 40]) func batchesOfNoPossibleSizeAreRefused(batch: Int) throws {
    let program = try Program(SmallClassifier.model(batch: .fixed(batch)))
    #expect(throws: HarnessError.self) { try ImageInput(of: program) }
  }
}
