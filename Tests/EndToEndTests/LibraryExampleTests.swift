import Foundation
import TestSupport
import Testing

/// The example of the library `Calibrant`, held against the command line.
@Suite struct LibraryExampleTests {
  @Test func theExampleMeasuresWhatTheProgramDoes() throws {
    let folder = try TemporaryFolder()
    let program = try #require(RunCalibrant.program).deletingLastPathComponent()
      .appending(path: "QuantizationCost")
    let run = try RunCalibrant.Background(
      [DemoFiles.model, DemoFiles.test, DemoFiles.calibration, folder.file("w8a8.onnx")],
      of: program
    ).wait()
    #expect(run.exitCode == 0, "\(run.errors)")
    let evaluation = try RunCalibrant.run(
      ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--json", "-", "--quiet"])
    let top1 = try JSONDocument(evaluation.output)["top1"].double
    #expect(run.output.hasPrefix("float: \(String(format: "%.1f", 100 * top1)) %, "))
    let arms = run.output.split(separator: "\n").filter { $0.hasPrefix("w8a8 ") }
    #expect(arms.count == 3)
    #expect(run.output.contains("w8a8 activation-based minmax: "))
    let calibrated = try RunCalibrant.run(
      ["calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "--method", "minmax"]
        + ["-o", folder.file("same.onnx"), "--quiet"])
    #expect(calibrated.exitCode == 0)
    #expect(try folder.bytes("w8a8.onnx") == folder.bytes("same.onnx"))
  }

  @Test func whatGoesWrongHasASentence() throws {
    let program = try #require(RunCalibrant.program).deletingLastPathComponent()
      .appending(path: "QuantizationCost")
    let run = try RunCalibrant.Background(["none.onnx", "a", "b", "c.onnx"], of: program).wait()
    #expect(run.exitCode == 66 && run.output.contains("none.onnx"))
  }
}
