import CalibrantEngine
import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct HardwareTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The sample's original, an arm that loses 10 points without VNNI and one whose sums nothing clamps.
  private static func evaluations(_ images: Range<Int> = 0..<400) -> [ArmEvaluation] {
    var evaluations = [0, 1, 4].map { SampleComparison.evaluations[$0] }
    for index in evaluations.indices {
      evaluations[index].records = Array(evaluations[index].records[images])
    }
    var spoiled = evaluations[2].records
    for index in spoiled.indices where (images.lowerBound + index) % 10 == 3 {
      spoiled[index].top5 = [(spoiled[index].label + 2) % 6]
    }
    evaluations[2].saturation = [
      LayerSaturation(
        SaturationRisk(layer: "conv", channels: 3, channelCount: 8, pairs: 5), clamped: 0.25)
    ]
    evaluations[2].hardware = [
      HardwareRecords(.exact, evaluations[2].records, logitSQNR: 18),
      HardwareRecords(.noVNNI, spoiled, logitSQNR: 6),
    ]
    return evaluations
  }

  private static func comparison(
    _ evaluations: [ArmEvaluation], maxDrop: Double? = 0.05
  ) -> (Comparison, [ArmEvaluation]) {
    let facts = SampleComparison.joinableFacts(maxDrop: maxDrop)
    let led = evaluations.ledByWorst(maxDrop: maxDrop, sampling: .fixed)
    return (Comparison(facts: facts, evaluations: led), led)
  }

  @Test func verdictAndFiguresAreThoseOfTheWorstHardware() throws {
    let (comparison, _) = Self.comparison(Self.evaluations())
    let arm = try #require(comparison.arms.last)
    let (exact, other) = try (
      #require(arm.hardware?[.exact]), #require(arm.hardware?[.noVNNI])
    )
    #expect(exact.verdict == .pass && other.verdict == .fail && arm.verdict == .fail)
    #expect(comparison.verdict == .fail && comparison.exitCode == 1)
    #expect(arm.drop == other.drop && arm.logitSQNR == 6)
    #expect(try #require(other.drop) > #require(exact.drop))
    #expect(arm.hardwareAgreement == 0.9)
  }

  @Test func whatNothingClampsIsTheSameEverywhere() throws {
    let (comparison, led) = Self.comparison(Self.evaluations())
    for (arm, evaluation) in zip(comparison.arms, led).prefix(2) {
      #expect(evaluation.hardware.map(\.hardware) == [.exact, .noVNNI])
      #expect(arm.hardware?[.exact] == arm.hardware?[.noVNNI])
      #expect(arm.hardwareAgreement == 1)
    }
    let plain = SampleComparison.evaluations
    #expect(plain.ledByWorst(maxDrop: 0.01, sampling: .fixed) == plain)
  }

  @Test func everyReportSaysBoth() throws {
    let (comparison, led) = Self.comparison(Self.evaluations())
    for format in StandardFormats.all {
      let text = format.init().render(comparison, evaluations: led)
      if format == CSVRecords.self {
        #expect(text.contains("margin,top1_exact,top1_no-vnni"))
        continue
      }
      let other = try #require(comparison.arms.last?.hardware?[.noVNNI]?.drop)
      let figure = format == JSONReport.self ? "\(other)" : ReportText.points(-other)
      #expect(text.contains(figure), "\(format.name)")
      guard ![JUnitReport.name, JSONReport.name, GitHubReport.name].contains(format.name) else {
        continue
      }
      let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(words.contains("Intel before Ice Lake and Cascade Lake, AMD before Zen 4"))
      #expect(words.contains("conv (25.0 % of its sums)"), "\(format.name)")
      #expect(words.contains("--layer-bits"), "\(format.name)")
    }
  }

  @Test func evaluationsOfBothAreJoined() throws {
    let measured = try #require(Self.evaluations().last).hardware
    let paths = try [0..<150, 150..<400].map { images in
      let part = measured.map { HardwareRecords($0.hardware, Array($0.records[images])) }
      let worst = try #require(part.worst).records
      var result = EvaluationResult(
        model: "m.onnx", records: worst, classNames: SampleComparison.classNames,
        seconds: .init(decode: 1, inference: 2, total: 3),
        provenance: .sample())
      result.hardware = part.results
      return try folder.write(
        Data(result.json(records: worst, hardware: part).utf8), to: "\(images.lowerBound).json")
    }
    let merged = try MergedEvaluation(parts: paths)
    #expect(merged.result.hardware?[.noVNNI]?.agreement == 0.9)
    #expect(merged.result.top1 == merged.result.hardware?[.noVNNI]?.metric)
    #expect(merged.hardware.map(\.records.count) == [400, 400])
  }
}
