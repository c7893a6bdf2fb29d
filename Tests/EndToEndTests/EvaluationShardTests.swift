import Foundation
import TestSupport
import Testing

/// Evaluations and statistics in parts, and arms made one by one, from the command line.
@Suite struct EvaluationShardTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let images = ["--images", DemoFiles.test, "--hardware", "both", "--quiet"]

  private func evaluate(_ more: [String]) throws -> ProgramRun {
    try RunCalibrant.run(
      ["evaluate", DemoFiles.model] + Self.images + DemoFiles.asTheyAre + more)
  }

  private func merge(_ more: [String] = []) throws -> ProgramRun {
    try RunCalibrant.run(["merge", folder.file("run")] + more)
  }

  @Test func partsOfAnEvaluationJoinToTheResultOfOneRun() throws {
    let whole = try evaluate([
      "--no-timing", "--json", folder.file("single.json"), "-o", folder.file("single"),
    ])
    for shard in ["3/3", "1/3"] {
      let run = try evaluate(["--shard", shard, "-o", folder.file("run")])
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    let early = try merge(["--json", folder.file("early.json")])
    #expect(early.exitCode == 65 && early.errors.contains("part 2 of 3 is missing"))
    #expect(!folder.entries.contains("early.json"))
    #expect(try evaluate(["--shard", "2/3", "-o", folder.file("run")]).exitCode == 0)
    let joined = try merge([
      "--no-timing", "--quiet", "--json", folder.file("merged.json"), "-o", folder.file("report"),
    ])
    #expect(joined.exitCode == 0 && joined.output == whole.output, "\(joined.errors)")
    try #expect(folder.bytes("merged.json") == folder.bytes("single.json"))
    for file in ["report.html", "report.md", "report.junit.xml", "records.csv"] {
      try #expect(folder.bytes("report/\(file)") == folder.bytes("single/\(file)"), "\(file)")
    }
  }

  @Test func partsOfOtherEvaluationsAreRefused() throws {
    #expect(try evaluate(["--shard", "1/2", "-o", folder.file("run")]).exitCode == 0)
    let other = try evaluate(["--shard", "2/2", "-o", folder.file("run"), "--limit", "20"])
    #expect(other.exitCode == 65 && other.errors.contains("plan of something else"))
    let early = try evaluate(["--shard", "2/2"])
    #expect(early.exitCode == 64 && early.errors.contains("-o, the folder of parts"))
    let json = try evaluate(["--shard", "2/2", "-o", folder.file("run"), "--json", "-"])
    #expect(json.exitCode == 64 && json.errors.contains("merge writes the result"))
    let gate = try merge(["--max-drop", "1"])
    #expect(gate.exitCode == 64 && gate.errors.contains("holds an evaluation"))
  }

  @Test func partsOfStatisticsJoinToTheFileOfOneRun() throws {
    func observe(_ more: [String]) throws -> ProgramRun {
      try RunCalibrant.run(
        [
          "calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "--quiet",
          "--observe-only",
        ]
          + DemoFiles.asTheyAre + more)
    }
    #expect(try observe(["--statistics", folder.file("one.json")]).exitCode == 0)
    for shard in 1...3 {
      let run = try observe(["--shard", "\(shard)/3", "-o", folder.file("run")])
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    // In blocks of sixteen, so that some shards have samples and some may have none.
    #expect(try FileManager.default.subpathsOfDirectory(atPath: DemoFiles.test).count > 16)
    let joined = try merge(["--json", folder.file("all.json")])
    #expect(joined.exitCode == 0, "\(joined.errors)")
    try #expect(folder.bytes("all.json") == folder.bytes("one.json"))
    try FileManager.default.removeItem(atPath: folder.file("run/part-00003-of-00003.json"))
    let early = try merge()
    #expect(early.exitCode == 65 && early.errors.contains("part 3 of 3 is missing"))
  }

  /// Made apart, arms are those of one run; those of other options are not taken for them.
  @Test func armsAreMadeApart() throws {
    func make(_ name: String, _ more: [String]) throws -> ProgramRun {
      try RunCalibrant.run(
        [
          "compare", DemoFiles.model, "--images", DemoFiles.test, "--calibration",
          DemoFiles.calibration, "--schemes", "w8a8", "--methods", "minmax,mse", "--make-only",
          "-o", folder.file(name),
        ] + DemoFiles.asTheyAre + more)
    }
    #expect(try make("whole", ["--quiet"]).exitCode == 0)
    let some = try make("apart", ["--arms", "w8a8-weight-based-*,*-mse"])
    #expect(some.exitCode == 0 && some.errors.contains("made 3 of 4 arms"), "\(some.errors)")
    #expect(!folder.entries.contains("apart/plan.json"))
    #expect(!folder.entries.contains("apart/models/w8a8-activation-based-minmax.onnx"))
    let mse = folder.file("apart/models/w8a8-activation-based-mse.onnx")
    func written() throws -> Date? {
      try FileManager.default.attributesOfItem(atPath: mse)[.modificationDate] as? Date
    }
    let before = try written()
    #expect(try make("apart", ["--quiet"]).exitCode == 0)
    #expect(try written() == before)
    // What clocks said is all that differs.
    func plan(_ name: String) throws -> String {
      String(decoding: try folder.bytes("\(name)/plan.json"), as: UTF8.self).replacing(
        /"quantizeSeconds":[0-9.e-]+|"sha256":"[0-9a-f]{64}","contents/, with: "")
    }
    #expect(try plan("apart") == plan("whole"))
    #expect(!folder.entries.contains { $0.hasSuffix(".arm.json") })
    let none = try make("apart", ["--arms", "w4*"])
    #expect(none.exitCode == 64 && none.errors.contains("w8a8-activation-based-minmax"))
  }
}
