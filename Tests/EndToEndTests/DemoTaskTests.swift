import Foundation
import CalibrantHarness
import TestSupport
import Testing

/// The bundled detector and segmenter, measured by this program as by pycocotools and NumPy on ONNX Runtime's outputs.
@Suite struct DemoTaskTests {
  /// `scripts/python scripts/score_demo_tasks.py TASK DIR`, DIR by `calibrant demo --task TASK -o DIR`.
  static let expected: [(task: DemoBundle, figures: [String: Double])] = [
    (.detection, ["metric": 0.838717, "mAP50": 0.991360]),
    (.segmentation, ["metric": 0.952605, "pixelAccuracy": 0.993863]),
  ]

  /// Boxes of which two runtimes round a score differently may change places, which moves mAP in the fifth digit.
  @Test(arguments: expected)
  func theFloatNetworkIsWorthWhatItIs(task: DemoBundle, figures: [String: Double]) throws {
    let folder = try TemporaryFolder()
    try task.write(to: URL(filePath: folder.path))
    var arguments = task.compareArguments(in: folder.path)
    let end = try #require(arguments.firstIndex(of: "--schemes"))
    let calibration = try #require(arguments.firstIndex(of: "--calibration"))
    arguments.removeSubrange(end...)
    arguments.removeSubrange(calibration...calibration + 1)
    arguments[0] = "evaluate"
    let run = try RunCalibrant.run(arguments + ["--json", "-", "--quiet"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let result = try JSONDocument(run.output)
    for (name, value) in figures {
      let measured = try result[name].double
      #expect(abs(measured - value) < 1e-4, "\(name): \(measured)")
    }
  }

  @Test func otherTasksAreRefused() throws {
    let folder = try TemporaryFolder()
    let run = try RunCalibrant.run(["demo", "--task", "text", "-o", folder.file("demo")])
    #expect(run.exitCode == 64)
    #expect(
      run.errors.contains("is none of classification, detection, segmentation"), "\(run.errors)")
    #expect(folder.entries.isEmpty)
  }
}
