import Foundation
import CalibrantLinearAlgebra
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct ResultDifferenceTests {
  private static func images(_ hashes: [String], label: Int = 0) -> [SavedResult.Image] {
    hashes.map { SavedResult.Image(path: "\($0).png", contentHash: $0, label: label) }
  }

  private static func result(
    _ hashes: [String], _ predictions: [Int], name: String = "a.json", arm: String = "m.onnx"
  ) -> SavedResult {
    SavedResult(
      name: name, images: images(hashes), arms: [.init(name: arm, predictions: predictions)])
  }

  @Test func pairsByContentWhateverTheOrder() throws {
    let difference = try ResultDifference(
      old: Self.result(["a", "b", "c", "x"], [0, 0, 1, 0]),
      new: Self.result(["c", "y", "a", "b"], [0, 0, 0, 2]))
    #expect(difference.paired == 3)
    #expect(difference.onlyOld == ["x.png"] && difference.onlyNew == ["y.png"])
    let arm = try #require(difference.arms.first)
    #expect(arm.changes.map(\.image.path) == ["c.png", "b.png"])
    #expect(arm.changes.map(\.isFixed) == [true, false])
    #expect(arm.difference.broken == 1 && arm.difference.fixed == 1 && arm.difference.drop == 0)
  }

  @Test func pairsCopiesInTheirOrder() throws {
    let difference = try ResultDifference(
      old: Self.result(["a", "a", "b"], [0, 1, 0]), new: Self.result(["a", "a", "a"], [0, 1, 1]))
    #expect(
      difference.paired == 2 && difference.onlyNew.count == 1 && difference.onlyOld == ["b.png"])
    #expect(difference.arms[0].changes.isEmpty)
  }

  @Test func refusesWhatCannotBePaired() {
    #expect(throws: HarnessError.self) {
      try ResultDifference(old: Self.result(["a"], [0]), new: Self.result(["b"], [0]))
    }
    let other = SavedResult(
      name: "b.json", images: Self.images(["a"], label: 3),
      arms: [.init(name: "m", predictions: [0])]
    )
    #expect(throws: HarnessError.self) {
      try ResultDifference(old: Self.result(["a"], [0]), new: other)
    }
  }

  @Test func saysWorseBetterOrNothing() throws {
    let hashes = (0..<200).map(String.init)
    func predictions(wrong: Int) -> [Int] { (0..<200).map { $0 < wrong ? 1 : 0 } }
    func finding(_ old: Int, _ new: Int) throws -> (ResultDifference.Finding, Int32) {
      let difference = try ResultDifference(
        old: Self.result(hashes, predictions(wrong: old)),
        new: Self.result(hashes, predictions(wrong: new)))
      return (difference.finding, difference.exitCode)
    }
    #expect(try finding(10, 40) == (.worse, 1))
    #expect(try finding(40, 10) == (.better, 0))
    #expect(try finding(10, 14) == (.noEvidence, 0))
  }

  @Test func aMarginDecidesWhereOneIsGiven() throws {
    let hashes = (0..<1000).map(String.init)
    func code(worse: Int, maxDrop: Double) throws -> Int32 {
      try ResultDifference(
        old: Self.result(hashes, (0..<1000).map { $0 < 100 ? 1 : 0 }),
        new: Self.result(hashes, (0..<1000).map { $0 < 100 + worse ? 1 : 0 }), maxDrop: maxDrop
      ).exitCode
    }
    #expect(try code(worse: 10, maxDrop: 0.05) == 0)
    #expect(try code(worse: 100, maxDrop: 0.05) == 1)
    #expect(try code(worse: 10, maxDrop: 0.01) == 2)
  }

  @Test func equallyGoodResultsRarelyAlarm() throws {
    var random = SplitMix64(seed: 11)
    let hashes = (0..<300).map(String.init)
    let images = Self.images(hashes)
    let alarms = try (0..<1000).count { _ in
      // Two runs of three arms, each wrong at random on 20 % of the images and agreeing on most.
      func arms(_ base: [Bool]) -> [SavedResult.Arm] {
        (0..<3).map { arm in
          SavedResult.Arm(
            name: "arm \(arm)",
            predictions: base.map { wrong in
              let flips = Double.random(in: 0..<1, using: &random) < 0.1
              return flips
                ? (Double.random(in: 0..<1, using: &random) < 0.2 ? 1 : 0) : wrong ? 1 : 0
            })
        }
      }
      let base = hashes.map { _ in Double.random(in: 0..<1, using: &random) < 0.2 }
      return try ResultDifference(
        old: SavedResult(name: "a", images: images, arms: arms(base)),
        new: SavedResult(name: "b", images: images, arms: arms(base))
      ).finding != .noEvidence
    }
    #expect(alarms <= 50, "\(alarms)")
  }

  @Test func readsWhatCompareAndEvaluateSave() throws {
    let evaluations = SampleComparison.evaluations
    let folder = try TemporaryFolder()
    let report = try folder.write(
      Data(JSONReport().render(SampleComparison.comparison, evaluations: evaluations).utf8),
      to: "report.json")
    let saved = try SavedResult(contentsOf: report)
    #expect(saved.arms.map(\.name) == SampleComparison.comparison.arms.map(\.name))
    #expect(saved.images.count == 400)
    let difference = try ResultDifference(old: saved, new: saved)
    #expect(difference.finding == .noEvidence && difference.arms.allSatisfy { $0.changes.isEmpty })

    let records = evaluations[2].records
    let result = EvaluationResult(
      model: "w4.onnx", records: records, classNames: [],
      seconds: .init(decode: 0, inference: 0, total: 0))
    let one = try SavedResult(
      contentsOf: folder.write(Data(result.json(records: records).utf8), to: "evaluation.json"))
    #expect(one.arms.map(\.name) == ["w4.onnx"])
    #expect(one.arms[0].predictions == saved.arms[2].predictions)
  }

  @Test(arguments: [
    "", "[]", "{\"model\": \"m\"}", "{\"model\": \"m\", \"records\": {}}",
    "{\"schemaVersion\": 9, \"model\": \"m\"}",
    "{\"model\":\"m\",\"records\":{\"path\":[\"a\"],\"contentHash\":[],\"label\":[0]},\"predictions\":[0]}",
    "{\"model\":\"m\",\"records\":{\"path\":[\"a\"],\"contentHash\":[\"h\"],\"label\":[0]},\"predictions\":[]}",
  ])
  func refusesWhatIsNoResult(_ text: String) throws {
    let folder = try TemporaryFolder(["result.json": text])
    #expect(throws: HarnessError.self) { try SavedResult(contentsOf: folder.file("result.json")) }
  }
}
