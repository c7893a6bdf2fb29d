import Foundation
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct MergedStatisticsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The statistics file of some of 19 samples.
  private func save(
    _ samples: Range<Int>, _ name: String, model: String = "model"
  ) throws -> String {
    var source = SeededSamples(count: samples.count)
    source.first = samples.lowerBound
    let seen = try Calibrator(jobs: 2).observe(
      SmallClassifier.model(), targets: CalibratorTests.targets, on: source)
    let digest = DigestSum(of: samples.map { "sample \($0)" }).text
    let file = StatisticsFile(
      source: StatisticsSource(
        modelSHA256: model, preprocessing: "none", calibrationDigest: digest,
        sampleCount: samples.count), tensors: seen.statistics)
    return try folder.write(file.encoded(), to: name)
  }

  @Test func shardsGiveTheBytesOfOneRun() throws {
    let whole = try save(0..<19, "whole.json")
    let parts = try [
      save(12..<19, "c.json"), save(0..<5, "a.json"), save(5..<12, "b.json"),
    ]
    let merged = try MergedStatistics(parts: parts)
    #expect(try merged.file.encoded() == Data(contentsOf: URL(filePath: whole)))
  }

  @Test func refusesWhatDoesNotBelongTogether() throws {
    let one = try save(0..<5, "a.json")
    let same = try save(0..<5, "same.json")
    let other = try save(5..<12, "b.json", model: "other")
    #expect(throws: HarnessError.self) { try MergedStatistics(parts: [one, same]) }
    #expect(throws: HarnessError.self) { try MergedStatistics(parts: [one, other]) }
  }
}

@Suite struct DigestSumTests {
  /// 64 bytes that are no 64 digits, and digits with a sign among them.
  @Test(arguments: [
    String(repeating: "é", count: 32), "+" + String(repeating: "0", count: 63),
    String(repeating: "0", count: 63), String(repeating: "g", count: 64), "",
  ]) func onlyDigitsAreRead(_ text: String) { #expect(DigestSum(text) == nil) }

  @Test func orderDoesNotMatterAndPartsAddUp() throws {
    let names = (0..<40).map(String.init)
    let all = DigestSum(of: names)
    #expect(DigestSum(of: names.reversed()) == all)
    var sum = DigestSum(of: Array(names[..<13]))
    sum.add(DigestSum(of: Array(names[13...])))
    #expect(sum == all && DigestSum(all.text) == all)
    #expect(DigestSum(of: Array(names.dropLast())) != all)
  }

  @Test func carriesRunThrough() throws {
    var sum = try #require(DigestSum(String(repeating: "f", count: 64)))
    sum.add(try #require(DigestSum(String(repeating: "0", count: 63) + "2")))
    #expect(sum.text == String(repeating: "0", count: 63) + "1")
    #expect(DigestSum("noise-64") == nil && DigestSum(String(repeating: "g", count: 64)) == nil)
  }
}
