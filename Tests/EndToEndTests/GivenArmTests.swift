import Foundation
import TestSupport
import Testing

/// Files that other tools made, beside the original.
@Suite struct GivenArmTests {
  private let folder: TemporaryFolder
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.file("other.onnx")
    let made = try RunCalibrant.run(
      ["quantize", DemoFiles.model, "--activations", "int8", "-o", file, "--quiet"])
    try #require(made.exitCode == 0, "\(made.errors)")
  }

  private func compare(_ options: [String]) throws -> ProgramRun {
    try RunCalibrant.run(
      ["compare", DemoFiles.model, "--images", DemoFiles.test, "--quiet"] + DemoFiles.asTheyAre
        + options)
  }

  @Test func givenFilesNeedNoCalibration() throws {
    let run = try compare(["--also", "tool=\(file)", "--hardware", "both", "--json", "-"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try JSONDocument(run.output)
    try #expect(report["dataset"]["calibrationCount"].int == 0)
    let arms = try report["arms"].elements
    try #expect(arms.map { try $0["kind"].string } == ["original", "given"])
    try #expect(arms[1]["name"].string == "tool")
    #expect(try Data(contentsOf: URL(filePath: file)).count == arms[1]["bytes"].int)
    try #expect(arms[1]["hardware"].keys == ["exact", "no-vnni"])
    let alone = try RunCalibrant.run(
      ["evaluate", file, "--images", DemoFiles.test, "--quiet", "--json", "-"]
        + DemoFiles.asTheyAre + ["--hardware", "both"])
    try #expect(JSONDocument(alone.output)["top1"].double == arms[1]["top1"].double)
  }

  @Test func givenFilesStandBehindOwnOnes() throws {
    let run = try compare([
      "--also", "tool=\(file)", "--also", "same=\(DemoFiles.model)", "--calibration",
      DemoFiles.calibration, "--schemes", "w8a8", "--methods", "minmax", "--max-drop", "100",
      "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let arms = try JSONDocument(run.output)["arms"].elements
    try #expect(
      arms.map { try $0["kind"].string } == [
        "original", "weight-based", "weight-based", "activation-based", "given", "given",
      ])
    // The file is the plain weight-based one, and the model agrees with itself.
    try #expect(arms[4]["sha256"].string == arms[1]["sha256"].string)
    try #expect(arms[4]["top1"].double == arms[1]["top1"].double)
    try #expect(arms[5]["agreement"].double == 1)
    try #expect(arms[5]["verdict"].string == "pass")
  }

  @Test func reportNamesGivenFiles() throws {
    let run = try compare(["--also", "tool=\(file)", "-o", folder.file("report")])
    #expect(run.exitCode == 0, "\(run.errors)")
    let html = String(decoding: try folder.bytes("report/report.html"), as: UTF8.self)
    #expect(html.contains("<span class=\"dot given\"></span>tool"))
    #expect(!folder.entries.contains("report/models"))
    #expect(!html.contains(folder.file("other.onnx")))
  }

  @Test func aFileOfAnotherNetworkIsRefused() throws {
    let other = folder.file("other-input.onnx")
    try TinyModels.addRelu(bias: [1, 2, 3]).write(to: other)
    let run = try compare(["--also", "tool=\(other)"])
    #expect(run.exitCode == 65)
    #expect(run.errors.contains("\(other) is not the same network as the original"))
  }

  @Test func usageErrorsNameTheOption() throws {
    for (options, text) in [
      ([], "--calibration"), (["--also", "tool"], "--also"),
      (["--also", "a=\(file)", "--also", "a=\(file)"], "names two files 'a'"),
    ] {
      let run = try compare(options)
      #expect(run.exitCode == 64)
      #expect(run.errors.contains(text), "\(run.errors)")
    }
    #expect(try compare(["--also", "a=\(folder.file("missing.onnx"))"]).exitCode == 66)
  }
}
