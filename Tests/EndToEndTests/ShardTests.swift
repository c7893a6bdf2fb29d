import Foundation
import TestSupport
import Testing

/// A comparison made, scored in parts and joined, from the command line.
@Suite struct ShardTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let options = [
    "--images", DemoFiles.test, "--calibration", DemoFiles.calibration, "--max-drop", "20",
    "--no-timing", "--quiet",
  ]

  private func make(schemes: String = "w8") throws -> ProgramRun {
    try RunCalibrant.run(
      ["compare", DemoFiles.model] + Self.options + DemoFiles.asTheyAre
        + ["--schemes", schemes, "--make-only", "-o", folder.file("run")])
  }

  private func score(_ shard: String, _ more: [String] = []) throws -> ProgramRun {
    try RunCalibrant.run(["compare", "--from", folder.file("run"), "--shard", shard] + more)
  }

  private func merge(_ more: [String] = []) throws -> ProgramRun {
    try RunCalibrant.run(["merge", folder.file("run"), "--no-timing", "--quiet"] + more)
  }

  private func single() throws -> ProgramRun {
    try RunCalibrant.run(
      ["compare", DemoFiles.model] + Self.options + DemoFiles.asTheyAre
        + ["--schemes", "w8a8", "-o", folder.file("single"), "--json", folder.file("single.json")])
  }

  private static let reports = [
    "report.html", "report.json", "report.junit.xml", "report.md", "records.csv",
  ]

  /// Byte for byte, in every format, with the same exit code; also where a part had been killed before.
  @Test func shardsJoinToTheReportOfOneRun() throws {
    let whole = try single()
    let made = try make(schemes: "w8a8")
    #expect(made.exitCode == 0, "\(made.errors)")
    // A shard that is killed leaves nothing that is taken for a part.
    let killed = try RunCalibrant.Background(
      ["compare", "--from", folder.file("run"), "--shard", "2/3"])
    usleep(100_000)
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try? killed.wait()
    for shard in ["3/3", "1/3"] {
      let run = try score(shard)
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    if !folder.entries.contains("run/part-00002-of-00003.json") {
      let early = try merge()
      #expect(early.exitCode == 65 && early.errors.contains("part 2 of 3 is missing"))
    }
    #expect(try score("2/3").exitCode == 0)
    let joined = try merge(["-o", folder.file("report"), "--json", folder.file("merged.json")])
    #expect(joined.exitCode == whole.exitCode && joined.output == whole.output, "\(joined.errors)")
    for file in Self.reports {
      try #expect(folder.bytes("report/\(file)") == folder.bytes("single/\(file)"), "\(file)")
    }
    try #expect(folder.bytes("merged.json") == folder.bytes("single.json"))
    #expect(!folder.entries.contains { $0.hasSuffix(".unfinished") })
  }

  /// SIGTERM keeps what is scored, and the same command goes on from there.
  @Test func stoppedShardsGoOn() throws {
    #expect(try make(schemes: "w8a8").exitCode == 0)
    let part = folder.file("run/part-00001-of-00001.json")
    let run = try RunCalibrant.Background(
      ["compare", "--from", folder.file("run"), "--shard", "1/1", "--jobs", "1"])
    for _ in 0..<60_000 where run.process.isRunning {
      if FileManager.default.fileExists(atPath: part + ".unfinished") { break }
      usleep(1_000)
    }
    run.process.terminate()
    let stopped = try run.wait()
    // It may have been faster.
    if stopped.exitCode != 0 {
      #expect(stopped.exitCode == 130 && stopped.errors.contains("goes on from there"))
      #expect(!FileManager.default.fileExists(atPath: part))
    }
    #expect(try score("1/1").exitCode == 0)
    let resumed = try folder.bytes("run/part-00001-of-00001.json")
    try FileManager.default.removeItem(atPath: part)
    #expect(try score("1/1").exitCode == 0)
    func withoutSeconds(_ bytes: Data) -> String {
      String(decoding: bytes, as: UTF8.self).replacing(
        /"seconds":[0-9.e-]+|"sha256":"[0-9a-f]+"/, with: "")
    }
    #expect(
      try withoutSeconds(resumed) == withoutSeconds(folder.bytes("run/part-00001-of-00001.json")))
    #expect(!folder.entries.contains { $0.hasSuffix(".unfinished") })
  }

  @Test func scoredPartsAreNotScoredAgain() throws {
    #expect(try make().exitCode == 0)
    #expect(try score("1/1").exitCode == 0)
    let part = try folder.bytes("run/part-00001-of-00001.json")
    let again = try score("1/1")
    #expect(again.exitCode == 0 && again.errors.contains("is there already"), "\(again.errors)")
    try #expect(folder.bytes("run/part-00001-of-00001.json") == part)
    // The margin may be decided later.
    let strict = try merge(["--max-drop", "0"])
    let lenient = try merge(["--max-drop", "100"])
    #expect(strict.exitCode != 0 && lenient.exitCode == 0, "\(strict.output)")
  }

  @Test func partsMayBeElsewhere() throws {
    #expect(try make().exitCode == 0)
    let parts = folder.file("parts")
    for shard in 1...2 {
      #expect(try score("\(shard)/2", ["-o", parts]).exitCode == 0)
    }
    #expect(folder.entries.contains("parts/plan.json"))
    let joined = try RunCalibrant.run(["merge", parts, "--json", "-", "--quiet"])
    #expect(joined.exitCode == 0, "\(joined.errors)")
    try #expect(JSONDocument(joined.output)["dataset"]["count"].int == 30)
  }

  @Test func shardsTakeTheSchedulersIndex() throws {
    #expect(try make().exitCode == 0)
    let run = try RunCalibrant.shell(
      "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 calibrant compare --from run --shard auto/auto",
      in: folder.path)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(folder.entries.contains("run/part-00002-of-00002.json"))
    let none = try score("auto/2")
    #expect(none.exitCode == 64 && none.errors.contains("--shard I/N gives it"), "\(none.errors)")
  }

  /// Each with one sentence, exit 65, and nothing written.
  @Test func whatDoesNotFitIsRefused() throws {
    let early = try score("1/2")
    #expect(early.exitCode == 65 && early.errors.contains("plan.json"), "\(early.errors)")
    #expect(try make().exitCode == 0)
    // A file of an arm is not the one that was planned.
    let arm = try #require(folder.entries.first { $0.hasSuffix("w8-weight-based-plain.onnx") })
    let bytes = try folder.bytes(arm)
    try folder.write(DemoFiles.folder.bytes("demo.onnx"), to: arm)
    let changed = try score("1/2")
    #expect(changed.exitCode == 65 && changed.errors.contains("another file"), "\(changed.errors)")
    try folder.write(bytes, to: arm)
    let fewer = try score("1/2", ["--limit", "10"])
    #expect(fewer.exitCode == 65 && fewer.errors.contains("the plan is of 30"), "\(fewer.errors)")
    #expect(!folder.entries.contains { $0.contains("part-") && !$0.hasSuffix(".unfinished") })
    for wrong in ["0/3", "4/3", "3", "1/0", "a", "auto", "/2"] {
      #expect(try score(wrong).exitCode == 64, "\(wrong)")
    }
  }

  /// More parts than there are blocks of images: the last have none.
  @Test func emptyShardsAreParts() throws {
    #expect(try make().exitCode == 0)
    for shard in 1...4 { #expect(try score("\(shard)/4").exitCode == 0) }
    let joined = try merge(["--json", "-"])
    #expect(joined.exitCode == 0, "\(joined.errors)")
    try #expect(JSONDocument(joined.output)["dataset"]["count"].int == 30)
  }
}
