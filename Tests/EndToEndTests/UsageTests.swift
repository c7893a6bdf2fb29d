import Foundation
import TestSupport
import Testing

/// Options with values that mean nothing, and outputs that cannot be written.
@Suite struct UsageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    ["quantize", "m.onnx", "-o", "out.onnx", "--bits", "5"],
    ["calibrate", "m.onnx", "--data", "x.npy", "-o", "out.onnx", "--method", "foo"],
    ["compare", "m.onnx", "--images", "a", "--calibration", "b", "--schemes", "w9"],
    ["compare", "m.onnx", "--images", "a", "--calibration", "b", "--methods", "foo"],
    ["compare", "m.onnx", "--images", "a", "--calibration", "b", "--max-drop", "nan"],
    ["evaluate", "m.onnx", "--images", "a", "--crop", "x"],
    ["evaluate", "m.onnx", "--images", "a", "--resize", "0x7"],
    ["evaluate", "m.onnx", "--images", "a", "--resize", "x0"],
    ["evaluate", "m.onnx", "--images", "a", "--letterbox", "640,centre"],
    ["evaluate", "m.onnx", "--images", "a", "--letterbox", "1x2x3"],
    ["evaluate", "m.onnx", "--images", "a", "--letterbox", "640", "--resize", "640x640"],
    ["evaluate", "m.onnx", "--images", "a", "--letterbox", "640", "--crop", "640"],
    ["evaluate", "m.onnx", "--images", "a", "--resize", "x48", "--crop", "48"],
    ["evaluate", "m.onnx", "--images", "a", "--preset", "yolo", "--crop", "48"],
    ["evaluate", "m.onnx", "--images", "a", "--std", "0"],
    ["evaluate", "m.onnx", "--images", "a", "--preset", "foo"],
    ["evaluate", "m.onnx", "--images", "a", "--jobs", "0"],
    ["evaluate", "m.onnx", "--images", "a", "--limit", "0"],
  ])
  func badValue(_ arguments: [String]) throws {
    let option = arguments[arguments.count - 2]
    // The message names the option, in the singular where it is a list.
    let name = option == "--methods" || option == "--schemes" ? option.dropLast() : option[...]
    let run = try RunCalibrant.run(arguments, in: folder.path)
    #expect(run.exitCode == 64)
    #expect(run.errors.hasPrefix("Error: "))
    #expect(run.errors.contains(name.drop { $0 == "-" }), "\(run.errors)")
    #expect(run.output == "")
    #expect(folder.entries == [])
  }

  @Test(arguments: [
    (["--bits", "4", "--block-size", "48"], "48"),
    (["--bits", "4", "--int4-as-int8", "--block-size", "64"], "--int4-as-int8"),
    (["--bits", "8", "--block-size", "64"], "4 bits"),
    (["--bits", "4", "--native-int4", "--block-size", "64", "--per-tensor"], "--per-tensor"),
  ])
  func blocksNeedPackedFourBits(_ options: [String], _ reason: String) throws {
    for command in [
      ["quantize", "m.onnx", "-o", "out.onnx"],
      ["calibrate", "m.onnx", "--data", "x.npy", "-o", "out.onnx"],
    ] {
      try expectRefusal(command + options, code: 64, naming: "block-size", reason, leaving: folder)
    }
  }

  @Test func oneFormOfFourBits() throws {
    try expectRefusal(
      ["quantize", "m.onnx", "-o", "out.onnx", "--native-int4", "--int4-as-int8"],
      code: 64, naming: "--native-int4", "--int4-as-int8", leaving: folder)
  }

  @Test func comparedSchemesNeedFourBitsForBlocks() throws {
    try expectRefusal(
      ["compare", "m.onnx", "--images", "a", "--calibration", "b", "--schemes", "w8,w8a8"]
        + ["--block-size", "64"],
      code: 64, naming: "block-size", "4 bits", leaving: folder)
  }

  /// The contract's: results as JSON, and silence, wherever there is something to print.
  @Test(arguments: [
    "info", "run", "check", "evaluate", "quantize", "calibrate", "compare", "inspect", "validate",
    "doctor", "diff", "bench", "merge", "demo",
  ])
  func everyCommandHasHelp(_ command: String) throws {
    let run = try RunCalibrant.run([command, "--help"], in: folder.path)
    #expect(run.exitCode == 0 && run.errors == "")
    for part in ["Example", "calibrant \(command) ", "--json", "--quiet", "--config"] {
      #expect(run.output.contains(part), "\(part)")
    }
  }

  @Test func unknownOption() throws {
    try #expect(RunCalibrant.run(["info", "m.onnx", "--colour"], in: folder.path).exitCode == 64)
  }

  @Test func unmatchedLayer() throws {
    try expectRefusalOfLayer("--exclude", "no-such-layer")
    try expectRefusalOfLayer("--layer-bits", "no-such-layer=4")
  }

  private func expectRefusalOfLayer(_ option: String, _ value: String) throws {
    let run = try RunCalibrant.run(
      ["quantize", DemoFiles.model, "-o", "out.onnx", option, value], in: folder.path)
    #expect(run.exitCode == 64)
    #expect(run.errors.contains("no-such-layer"), "\(run.errors)")
    #expect(folder.entries == [])
  }

  // MARK: - Outputs

  /// Permissions do not stop the superuser; a file in place of a folder, or a missing one, stops everybody.
  @Test(arguments: ["missing/out", "file/out", "/proc/out"]) func unwritable(_ output: String)
    throws
  {
    try folder.write(Data(), to: "file")
    let before = folder.entries
    let images = ["--images", DemoFiles.test, "--limit", "10"] + DemoFiles.asTheyAre
    let calibration = ["--data", DemoFiles.calibration] + DemoFiles.asTheyAre
    let compare = ["--schemes", "w8", "--calibration", DemoFiles.calibration] + images
    for arguments in [
      ["quantize", DemoFiles.model, "-o", output],
      ["quantize", DemoFiles.model, "-o", folder.file("q.onnx"), "--json", output],
      ["calibrate", DemoFiles.model, "-o", output] + calibration,
      ["calibrate", DemoFiles.model, "-o", folder.file("q.onnx"), "--statistics", output]
        + calibration,
      ["evaluate", DemoFiles.model, "--predictions", output] + images,
      ["evaluate", DemoFiles.model, "--json", output] + images,
      ["compare", DemoFiles.model, "--json", output] + compare,
    ] where output != "/proc/out" || !arguments.contains("--json") {
      let run = try RunCalibrant.run(arguments, in: folder.path)
      #expect(run.exitCode == 73, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(output), "\(run.errors)")
      #expect(folder.entries == before)
    }
  }

  @Test(arguments: ["file", "file/report", "/proc/report"])
  func unwritableReportFolder(_ output: String) throws {
    try folder.write(Data(), to: "file")
    try expectRefusal(
      ["compare", DemoFiles.model, "--images", DemoFiles.test]
        + ["--calibration", DemoFiles.calibration, "-o", output],
      code: 73, naming: output, leaving: folder)
  }

  @Test func demoInPlaceOfAFile() throws {
    try folder.write(Data(), to: "demo/test")
    let run = try RunCalibrant.run(["demo", "-o", "demo", "--quiet"], in: folder.path)
    #expect(run.exitCode == 73)
    #expect(run.errors.contains("demo/test"), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  @Test func reportFolderOfFailedRunGoes() throws {
    try expectRefusal(
      ["compare", DemoFiles.model, "--images", "nowhere"]
        + ["--calibration", DemoFiles.calibration, "-o", "a/report"],
      code: 66, naming: "nowhere", leaving: folder)
  }
}
