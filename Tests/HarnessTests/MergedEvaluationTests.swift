import Foundation
import TestSupport
import Testing

@testable import Harness

@Suite struct MergedEvaluationTests {
  private let all = SampleComparison.evaluations[2].records

  private func result(_ records: [Record], model: String = "m.onnx") -> EvaluationResult {
    EvaluationResult(
      model: model, records: records, classNames: SampleComparison.classNames,
      seconds: .init(decode: 1, inference: 2, total: 3))
  }

  private func save(
    _ records: [Record], _ name: String, model: String = "m.onnx", in folder: TemporaryFolder
  ) throws -> String {
    let text = result(records, model: model).json(records: records)
    return try folder.write(Data(text.utf8), to: name)
  }

  @Test func shardsGiveWhatOneRunGives() throws {
    let folder = try TemporaryFolder()
    let parts = [0..<130, 130..<131, 131..<400]
    let paths = try parts.enumerated().map { index, range in
      try save(Array(all[range]), "\(index).json", in: folder)
    }
    let merged = try MergedEvaluation(parts: paths)
    let whole = result(all)
    #expect(merged.result.count == 400 && merged.result.top1 == whole.top1)
    #expect(merged.result.top5 == whole.top5)
    #expect(merged.result.top1Interval == whole.top1Interval)
    #expect(Set(merged.result.perClass) == Set(whole.perClass))
    #expect(merged.records.map(\.contentHash) == all.map(\.contentHash))
    #expect(merged.result.seconds.total == 9)
  }

  @Test func refusesImagesThatWouldCountTwiceAndOtherModels() throws {
    let folder = try TemporaryFolder()
    let one = try save(Array(all[0..<10]), "a.json", in: folder)
    let same = try save(Array(all[9..<20]), "b.json", in: folder)
    let other = try save(Array(all[10..<20]), "c.json", model: "other.onnx", in: folder)
    #expect(throws: HarnessError.self) { try MergedEvaluation(parts: [one, same]) }
    #expect(throws: HarnessError.self) { try MergedEvaluation(parts: [one, other]) }
  }
}
