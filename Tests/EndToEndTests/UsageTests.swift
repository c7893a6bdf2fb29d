import Foundation
import TestSupport
import Testing

@testable import calibrant

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
    #expect(run.errors.hasPrefix("calibrant: "))
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
    for part in ["Example", "calibrant \(command) ", "--json", "--quiet", "--config", "--color"] {
      #expect(run.output.contains(part), "\(part)")
    }
  }

  /// What does not exist is named before what is missing, with what was probably meant.
  @Test(arguments: [
    (["compar", "m.onnx"], "there is no command 'compar'; did you mean 'compare'?"),
    (["help", "compar"], "there is no command 'compar'; did you mean 'compare'?"),
    (["--verison"], "there is no option '--verison' before a command; did you mean '--version'?"),
    (["compare", "--max-dorp", "1"], "no option '--max-dorp'; did you mean '--max-drop'?"),
    (["info", "m.onnx", "--colour=never"], "no option '--colour'; did you mean '--color'?"),
    (["compare", "--bits", "4"], "no option '--bits'; it is one of quantize, calibrate"),
    (["evaluate", "--task", "detektion"], "fidelity; did you mean 'detection'?"),
    (
      ["info", "m.onnx", "--color", "allways"],
      "none of auto, always, never; did you mean 'always'?"
    ),
    (["quantize", "m.onnx", "-o", "q", "--method", "corected"], "did you mean 'corrected'?"),
    (["quantize", "m.onnx", "-o", "q", "--weights", "symetric"], "did you mean 'symmetric'?"),
    (["quantize", "m.onnx", "-o", "q", "--activations", "int9"], "did you mean 'int8'?"),
    (["quantize", "m.onnx", "-o", "q", "--preset", "imagnet"], "did you mean 'imagenet'?"),
    (["calibrate", "m.onnx", "--data", "x", "-o", "q", "--method", "entropi"], "'entropy'?"),
    (["calibrate", "m.onnx", "--data", "x", "-o", "q", "--rounding", "nearst"], "'nearest'?"),
    (["evaluate", "m.onnx", "--images", "x", "--boxes", "yolov6"], "did you mean 'yolov8'?"),
    (["compare", "m.onnx", "--images", "x", "--calibration", "y", "--schemes", "w8a4"], "'w8a8'?"),
  ])
  func misspelled(_ arguments: [String], _ text: String) throws {
    let run = try RunCalibrant.run(arguments, in: folder.path)
    #expect(run.exitCode == 64 && run.output == "")
    let lines = run.errors.split(separator: "\n")
    #expect(lines[0].hasPrefix("calibrant: ") && lines[0].hasSuffix(text), "\(run.errors)")
    #expect(lines[1].hasPrefix("Usage: calibrant "), "\(run.errors)")
  }

  /// An error that a command finds when it knows the model shows how that command is used.
  @Test func usageIsTheCommands() throws {
    let run = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--letterbox", "7"],
      in: folder.path)
    #expect(run.exitCode == 64)
    #expect(run.errors.contains("\nUsage: calibrant evaluate [<options>] <model>\n"))
    #expect(run.errors.hasSuffix("  See 'calibrant evaluate --help' for more information.\n"))
  }

  @Test func optionsOfTheEnvironmentAreTold() throws {
    let run = try RunCalibrant.shell(
      "CALIBRANT_MEAN=1 calibrant evaluate m.onnx --images x --scale 2", in: folder.path)
    #expect(run.exitCode == 64)
    #expect(run.errors.contains("\nNot typed: --mean 1 from CALIBRANT_MEAN\n"), "\(run.errors)")
  }

  @Test(arguments: ["--data", "--images", "--calibration"])
  func dataHasSeveralNames(_ name: String) throws {
    let calibrate = try Calibrant.parseAsRoot(["calibrate", "m", name, "x", "-o", "q"])
    let inspect = try Calibrant.parseAsRoot(["inspect", "m", "q", name, "x"])
    let validate = try Calibrant.parseAsRoot(["validate", "m", "q", name, "x"])
    #expect((calibrate as? Calibrate)?.data == ["x"])
    #expect((inspect as? Inspect)?.data == ["x"])
    #expect((validate as? Validate)?.data == ["x"])
  }

  @Test func color() throws {
    let arguments = ["diff", "a.json", "a.json"]
    _ = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--json", "a.json"]
        + DemoFiles.asTheyAre, in: folder.path)
    let plain = try RunCalibrant.run(arguments + ["--max-drop", "50"], in: folder.path).output
    for (choice, isColored) in [("auto", false), ("never", false), ("always", true)] {
      let run = try RunCalibrant.run(
        arguments + ["--max-drop", "50", "--color", choice], in: folder.path)
      #expect(run.output.contains("\u{1B}[1;32mPASS\u{1B}[0m") == isColored)
      #expect(run.output.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
    }
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
