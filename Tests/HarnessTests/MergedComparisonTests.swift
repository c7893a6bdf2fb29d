import Engine
import Foundation
import TestSupport
import Testing

@testable import Harness

@Suite struct MergedComparisonTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func save(
    _ images: Range<Int>, _ name: String, maxDrop: Double = 0.01, file: String = "f",
    calibration: String = "c", arithmetic: Arithmetic? = nil
  ) throws -> String {
    var facts = SampleComparison.facts(maxDrop: maxDrop)
    facts.provenance = .sample(calibration: calibration, arithmetic: arithmetic)
    let evaluations = SampleComparison.evaluations.map { evaluation in
      var part = evaluation
      part.records = Array(evaluation.records[images])
      part.arm.sha256 = evaluation.arm.kind == .original ? "o" : file
      return part
    }
    let comparison = Comparison(
      facts: facts, evaluations: evaluations,
      activations: SampleComparison.activations)
    let text = JSONReport().render(comparison, evaluations: evaluations)
    return try folder.write(Data(text.utf8), to: name)
  }

  @Test func shardsGiveWhatOneRunGives() throws {
    let paths = try [
      save(0..<130, "a.json"), save(130..<131, "b.json"), save(131..<400, "c.json"),
    ]
    let merged = try MergedComparison(parts: paths)
    let whole = SampleComparison.comparison
    #expect(merged.comparison.verdict == whole.verdict)
    #expect(merged.comparison.activations == whole.activations)
    for (own, expected) in zip(merged.comparison.arms, whole.arms) {
      #expect(own.name == expected.name && own.metric == expected.metric)
      #expect(abs((own.top5 ?? 0) - (expected.top5 ?? 1)) < 1e-12)
      #expect(own.drop == expected.drop && own.dropInterval == expected.dropInterval)
      #expect(own.broken == expected.broken && own.adjustedP == expected.adjustedP)
      #expect(own.agreement == expected.agreement && own.verdict == expected.verdict)
      #expect(own.layers == expected.layers && own.logitSQNR == nil)
      #expect(own.speed == expected.speed)
    }
    // What is written can be read and joined again.
    let text = try MergedParts(paths).json()
    let again = try folder.write(Data(text.utf8), to: "all.json")
    #expect(try MergedParts([again]).json() == text)
  }

  @Test func refusesWhatDoesNotBelongTogether() throws {
    let one = try save(0..<130, "a.json")
    let overlapping = try save(129..<200, "b.json")
    let otherMargin = try save(200..<300, "c.json", maxDrop: 0.02)
    #expect(throws: HarnessError.self) { try MergedComparison(parts: [one, overlapping]) }
    #expect(throws: HarnessError.self) { try MergedComparison(parts: [one, otherMargin]) }
    for (other, reason) in try [
      (save(200..<300, "d.json", file: "g"), "the quantized file of w8 weight-based plain"),
      (save(200..<300, "e.json", calibration: "d"), "the calibration data"),
      (save(200..<300, "f.json", arithmetic: .integer), "the arithmetic"),
    ] {
      let error = #expect(throws: HarnessError.self) {
        try MergedComparison(parts: [one, other])
      }
      #expect("\(error!)".contains(reason), "\(error!)")
    }
  }

  /// Earlier versions, which did not say which arithmetic they used, knew one.
  @Test func partsWithoutAnArithmeticAreOfFloats() throws {
    let parts = try [save(0..<130, "a.json"), save(130..<400, "b.json", arithmetic: .float)]
    #expect(try MergedComparison(parts: parts).comparison.facts.dataset.count == 400)
  }
}
