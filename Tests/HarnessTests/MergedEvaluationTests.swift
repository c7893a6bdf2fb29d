import Foundation
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct MergedEvaluationTests {
  private let all = SampleComparison.evaluations[2].records

  private func result(
    _ records: [Record], model: String = "m.onnx", _ provenance: Provenance? = .sample()
  ) -> EvaluationResult {
    EvaluationResult(
      model: model, records: records, classNames: SampleComparison.classNames,
      seconds: .init(decode: 1, inference: 2, total: 3), provenance: provenance)
  }

  private func save(
    _ records: [Record], _ name: String, model: String = "m.onnx",
    _ provenance: Provenance? = .sample(), in folder: TemporaryFolder
  ) throws -> String {
    let text = result(records, model: model, provenance).json(records: records)
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
    #expect(merged.result.seconds?.total == 9)
  }

  @Test func refusesImagesThatWouldCountTwiceAndOtherModels() throws {
    let folder = try TemporaryFolder()
    let one = try save(Array(all[0..<10]), "a.json", in: folder)
    let same = try save(Array(all[9..<20]), "b.json", in: folder)
    let rest = Array(all[10..<20])
    #expect(throws: HarnessError.self) { try MergedEvaluation(parts: [one, same]) }
    func refuses(_ provenance: Provenance?, naming reason: String) throws {
      let other = try save(rest, "c.json", provenance, in: folder)
      let error = #expect(throws: HarnessError.self) {
        try MergedEvaluation(parts: [one, other])
      }
      #expect("\(error!)".contains(reason), "\(error!)")
    }
    try refuses(.sample(model: "b"), naming: "different: the model")
    try refuses(.sample(resize: "64"), naming: "different: preprocessing")
    try refuses(.sample(classNames: ["circle"]), naming: "different: the names of classes")
    try refuses(nil, naming: "earlier version")
  }

  /// A model may have another name on another machine; what it holds decides.
  @Test func namesOfFilesDoNotMatter() throws {
    let folder = try TemporaryFolder()
    let one = try save(Array(all[0..<10]), "a.json", in: folder)
    let other = try save(
      Array(all[10..<20]), "b.json", model: "renamed.onnx", .sample(kernels: "other"), in: folder)
    let merged = try MergedEvaluation(parts: [one, other]).result
    #expect(merged.count == 20 && merged.model == "m.onnx")
    let provenance = try #require(merged.provenance)
    #expect(provenance.kernels == "sample; other")
    // The sum of the parts' digests, modulo 2²⁵⁶.
    #expect(provenance.dataDigest == String(repeating: "0", count: 63) + "2")
  }
}
