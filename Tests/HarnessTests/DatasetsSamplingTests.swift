import Foundation
import CalibrantHarness
import TestSupport
import Testing

@Suite struct DatasetsSamplingTests {
  /// A data set of files that need not exist, with `counts[label]` images per class.
  private func dataset(_ counts: [Int]) -> ImageDataset {
    let samples = counts.enumerated().flatMap { label, count in
      (0..<count).map { number in
        ImageSample(
          path: "c\(label)/\(number).png", absolutePath: "/c\(label)/\(number).png", label: label)
      }
    }
    return ImageDataset(
      name: "set", samples: samples, classNames: counts.indices.map { "c\($0)" })
  }

  private func shuffled(_ data: ImageDataset) -> ImageDataset {
    var random = SeededRandom(seed: 3)
    return ImageDataset(
      name: data.name, samples: data.samples.shuffled(using: &random), classNames: data.classNames)
  }

  private func countsByLabel(_ data: ImageDataset) -> [Int] {
    data.classNames.indices.map { label in data.samples.count { $0.label == label } }
  }

  @Test(arguments: [1, 6, 7, 20, 23, 69, 70, 1000])
  func classesAreBalancedWithinOne(limit: Int) {
    let data = dataset([10, 10, 10, 10, 10, 10, 10])
    let counts = countsByLabel(data.limited(to: limit, seed: 5))
    #expect(counts.reduce(0, +) == min(limit, 70))
    #expect(counts.max()! - counts.min()! <= 1)
  }

  @Test func exhaustedClassesLeaveTheirTurnsToOthers() {
    let counts = countsByLabel(dataset([2, 50, 50]).limited(to: 22, seed: 0))
    #expect(counts == [2, 10, 10])
  }

  @Test func onlySeedAndSetDecide() {
    let data = dataset([40, 40, 13])
    let sample = data.limited(to: 31, seed: 9)
    #expect(shuffled(data).limited(to: 31, seed: 9) == sample)
    #expect(data.limited(to: 31, seed: 10) != sample)
    #expect(Set(sample.samples).count == 31)
    #expect(Set(sample.samples).isSubset(of: data.limited(to: 32, seed: 9).samples))
    // A folder's own order is by label and path already, and a sample keeps it.
    #expect(sample.samples == data.samples.filter(sample.samples.contains).sorted(by: byPath))
  }

  private func byPath(_ a: ImageSample, _ b: ImageSample) -> Bool { a.path < b.path }

  /// Values by Python's hashlib: per class the two least of sha256("1 path c0/0.png") and so on.
  /// Written down so that a change of the rule, which would change every published number, is seen.
  @Test func theRuleDoesNotChange() {
    let sample = dataset([5, 5]).limited(to: 4, seed: 1)
    #expect(
      sample.samples.map(\.path) == ["c0/0.png", "c0/1.png", "c1/3.png", "c1/4.png"])
  }

  @Test func canonicalOrderIgnoresTheOrderOfAList() throws {
    let values: [Float] = [4, 1, 3, 2, 5]
    let hashes = values.map { ContentHash.sha256([UInt8($0)]) }
    let order = CanonicalOrder(Numbers(values), hashes: hashes)
    let reversed = CanonicalOrder(Numbers(values.reversed()), hashes: hashes.reversed())
    #expect(order.digest == reversed.digest)
    #expect(try read(order) == read(reversed))
    #expect(try Set(read(order)) == Set(values))
  }

  private func read(_ source: some SampleSource) throws -> [Float] {
    try (0..<source.count).map { index in
      var value: Float = 0
      try withUnsafeMutablePointer(to: &value) {
        try source.write(index, into: UnsafeMutableBufferPointer(start: $0, count: 1))
      }
      return value
    }
  }
}

/// Samples of one number each.
private struct Numbers: SampleSource {
  let values: [Float]
  let sampleShape = [1, 1, 1]
  var count: Int { values.count }

  init(_ values: [Float]) { self.values = values }

  func write(_ index: Int, into target: UnsafeMutableBufferPointer<Float>) {
    target[0] = values[index]
  }
}
