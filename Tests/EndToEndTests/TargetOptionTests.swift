import Foundation
import TestSupport
import Testing

/// Files for a runtime, and what is written besides for its tools.
@Suite struct TargetOptionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    (["--target", "tensorrt", "--weights", "asymmetric"], "--weights asymmetric", "tensorrt"),
    (["--target", "qnn", "--symmetric"], "--symmetric", "qnn"),
    (["--target", "qnn", "--bits", "4", "--block-size", "64"], "--block-size", "qnn"),
    (["--target", "onyx"], "--target", "onyx"),
  ])
  func contradictionsAreRefused(_ options: [String], _ first: String, _ second: String) throws {
    for command in [
      ["quantize", "m.onnx", "-o", "out.onnx"],
      ["calibrate", "m.onnx", "--data", "x.npy", "-o", "out.onnx"],
    ] {
      try expectRefusal(command + options, code: 64, naming: first, second, leaving: folder)
    }
  }

  /// What a runtime makes nothing of is said where results are read, and where warnings are.
  @Test func weightOnlyFilesForQNNAreWarnedOf() throws {
    let run = try RunCalibrant.run(
      ["quantize", DemoFiles.model, "-o", folder.file("q.onnx"), "--target", "qnn", "--quiet"]
        + DemoFiles.asTheyAre)
    #expect(run.exitCode == 0)
    #expect(run.errors.hasPrefix("warning: QNN's HTP"))
    #expect(run.output.contains("made for QNN: ") && run.output.contains("QNN's HTP"))
  }

  @Test func encodingsAndTheirNetworkAreWritten() throws {
    let run = try RunCalibrant.run(
      ["calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "-o", folder.file("q.onnx")]
        + ["--encodings", folder.file("q.json"), "--encodings-version", "0.6.1", "--quiet"]
        + DemoFiles.asTheyAre)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(folder.entries == ["q.float.onnx", "q.json", "q.onnx"])
    let encodings = try JSONDocument(String(decoding: folder.bytes("q.json"), as: UTF8.self))
    #expect(try encodings["version"].string == "0.6.1")
    #expect(try !encodings["activation_encodings"].keys.isEmpty)
    #expect(try !encodings["param_encodings"].keys.isEmpty)
  }

  @Test(arguments: [
    (["--encodings-version", "0.6.1"], "--encodings"),
    (["--encodings", "e.json", "--encodings-version", "2.0.0"], "2.0.0"),
    (
      ["--encodings", "e.json", "--encodings-version", "0.6.1", "--bits", "4"]
        + ["--block-size", "64"], "--block-size"
    ),
  ])
  func encodingsWithoutAFormAreRefused(_ options: [String], _ reason: String) throws {
    try expectRefusal(
      ["quantize", "m.onnx", "-o", "out.onnx"] + options, code: 64, naming: "--encodings-version",
      reason, leaving: folder)
  }
}
