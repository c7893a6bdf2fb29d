import Foundation
import TestSupport
import Testing

/// `doctor` and `inspect` on the bundled model.
@Suite struct DiagnosisTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func doctor(_ options: [String]) throws -> ProgramRun {
    try RunCalibrant.run(
      ["doctor", DemoFiles.model, "--images", DemoFiles.test, "--quiet"] + options)
  }

  @Test func doctorNamesTheRecipeOfTheDemoFromAWrongOne() throws {
    let right = try JSONDocument(doctor(DemoFiles.asTheyAre + ["--json", "-"]).output)
    let wrong = try doctor(["--preset", "caffe", "--json", "-"])
    let report = try JSONDocument(wrong.output)
    #expect(wrong.exitCode == 1, "\(wrong.errors)")
    try #expect(report["best"]["flags"].string == right["best"]["flags"].string)
    try #expect(report["best"]["preprocessing"]["resize"].string == "none")
    let kinds = try report["findings"].elements.map { try $0["kind"].string }
    #expect(kinds.contains("recipe"), "\(kinds)")
  }

  @Test func doctorPrintsFlagsThatEvaluateTakes() throws {
    let run = try doctor(["--preset", "caffe"])
    let line = try #require(
      run.output.split(separator: "\n").first { $0.hasPrefix("  --preset") }, "\(run.output)")
    let flags = line.split(separator: " ").map(String.init)
    let evaluated = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--quiet"] + flags)
    #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
  }

  @Test func inspectWritesTextJSONAndAPage() throws {
    let quantized = folder.file("q.onnx")
    let made = try RunCalibrant.run(
      [
        "calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "-o", quantized, "--quiet",
        "--per-tensor", "--no-equalize", "--no-bias-correction", "--bits", "3", "--end-bits", "3",
        "--small-bits", "3",
        "--rounding", "nearest",
      ] + DemoFiles.asTheyAre)
    #expect(made.exitCode == 0, "\(made.errors)")
    let run = try RunCalibrant.run(
      [
        "inspect", DemoFiles.model, quantized, "--data", DemoFiles.test, "--quiet",
        "--json", folder.file("i.json"), "--html", folder.file("i.html"),
      ] + DemoFiles.asTheyAre)
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try JSONDocument(String(decoding: folder.bytes("i.json"), as: UTF8.self))
    try #expect(report["count"].int == 30)
    try #expect(report["sampleCount"].int == 15)
    let suggestion = try report["suggestion"]
    try #expect(suggestion["count"].int == 15)
    let flags = try suggestion["flags"].string
    #expect(flags.hasPrefix("--") && run.output.contains(flags))
    try expectApplies(suggestion)
    try expectPage(String(decoding: folder.bytes("i.html"), as: UTF8.self), report)
  }

  /// What is suggested can be pasted, and is what the file then has.
  private func expectApplies(_ suggestion: JSONDocument) throws {
    let flags = try suggestion["flags"].string.replacing("'", with: "")
    let made = try RunCalibrant.run(
      [
        "calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "-o", folder.file("a.onnx"),
        "--quiet", "--per-tensor", "--no-equalize", "--no-bias-correction", "--bits", "3",
        "--end-bits", "3", "--small-bits", "3", "--rounding", "nearest", "--json",
        folder.file("a.json"),
      ] + flags.split(separator: " ").map(String.init) + DemoFiles.asTheyAre)
    #expect(made.exitCode == 0, "\(made.errors)")
    let floats = try suggestion["exclude"].strings
    let eightBits = try suggestion["layerBits"].keys
    #expect(!floats.isEmpty || !eightBits.isEmpty)
    let summary = try JSONDocument(String(decoding: folder.bytes("a.json"), as: UTF8.self))
    for layer in try summary["layers"].elements {
      let name = try layer["name"].string
      let bits = floats.contains(name) ? nil : eightBits.contains(name) ? 8 : 3
      #expect((try? layer["bits"].int) == bits, "\(name)")
    }
  }

  /// One histogram of the weights and one of the input for each layer, and nothing from elsewhere.
  private func expectPage(_ page: String, _ report: JSONDocument) throws {
    let layers = try report["layers"].elements.count
    #expect(page.components(separatedBy: "class=\"bars\"").count - 1 == 2 * layers)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    #expect(!page.contains("http") && !page.contains("<script"))
  }
}
