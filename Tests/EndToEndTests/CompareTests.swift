import Foundation
import CalibrantHarness
import CalibrantONNXFormat
import TestSupport
import Testing

/// The main job: what it prints, what it leaves, and how it ends.
@Suite struct CompareTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func compare(_ options: [String], images: String = DemoFiles.test) throws -> ProgramRun {
    try RunCalibrant.run(
      ["compare", DemoFiles.model, "--images", images, "--calibration", DemoFiles.calibration]
        + DemoFiles.asTheyAre + options)
  }

  @Test func jsonOnStandardOutput() throws {
    let run = try compare(["--schemes", "w8a8", "--methods", "minmax", "--json", "-"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try JSONDocument(run.output)
    #expect(
      report.keys.isSuperset(of: [
        "schemaVersion", "model", "dataset", "preprocessing", "machine", "arms",
      ]))
    try #expect(report["model"].keys.isSuperset(of: ["name", "sha256", "bytes", "parameters"]))
    try #expect(
      report["dataset"].keys.isSuperset(of: ["count", "classes", "calibrationCount", "overlap"]))
    try #expect(report["machine"].keys.isSuperset(of: ["cpu", "cores", "blas", "threads"]))
    let arms = try report["arms"].elements
    try #expect(
      arms.map { try $0["kind"].string }
        == ["original", "weight-based", "weight-based", "activation-based"])
    for arm in arms {
      let missing = Self.armKeys.subtracting(arm.keys)
      #expect(missing.isEmpty, "\(missing.sorted())")
      try #expect(arm["top1Interval"].elements.count == 2)
    }
    try #expect(report["dataset"]["count"].int == 30)
    try #expect(report["dataset"]["overlap"].int == 0)
  }

  private static let armKeys: Set<String> = [
    "name", "kind", "scheme", "method", "granularity", "file", "bytes", "compression", "top1",
    "top5", "top1Interval", "drop", "dropInterval", "broken", "fixed", "pValue", "agreement",
    "logitSQNR", "quantizeSeconds", "imagesPerSecond", "verdict",
  ]

  @Test func reportFolder() throws {
    let run = try compare(
      ["--schemes", "w8,w8a8", "--limit", "10", "-o", folder.file("new/report"), "--quiet"])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.errors == "")
    #expect(run.output.contains("original"))
    let report = "new/report"
    #expect(
      folder.entries == [
        "new", report, "\(report)/models",
        "\(report)/models/w8-activation-based-auto.onnx",
        "\(report)/models/w8-weight-based-corrected.onnx",
        "\(report)/models/w8-weight-based-plain.onnx",
        "\(report)/models/w8a8-activation-based-auto.onnx",
        "\(report)/models/w8a8-weight-based-corrected.onnx",
        "\(report)/models/w8a8-weight-based-plain.onnx",
        "\(report)/records.csv", "\(report)/report.html", "\(report)/report.json",
        "\(report)/report.junit.xml", "\(report)/report.md",
      ])
    let saved = try JSONDocument(
      String(decoding: folder.bytes("\(report)/report.json"), as: UTF8.self))
    for arm in try saved["arms"].elements.dropFirst() {
      let model = try folder.bytes("\(report)/\(arm["file"].string)")
      try #expect(arm["bytes"].int == model.count)
    }
  }

  /// The two methods make the same file, which is measured once.
  @Test func speedIsMeasuredWhereAskedFor() throws {
    let options = ["--schemes", "w8", "--methods", "minmax,auto", "--limit", "10", "--json", "-"]
    let arms = try JSONDocument(compare(options + ["--speed", "on"]).output)["timing"]["arms"]
      .elements
    for arm in arms.dropFirst() {
      let speed = try arm["speed"]
      let interval = try speed["interval"].elements.map { try $0.double }
      try #expect(0 < interval[0] && interval[0] <= speed["ratio"].double)
      try #expect(speed["ratio"].double <= interval[1] && speed["rounds"].int >= 9)
    }
    try #expect(arms[3]["speed"]["ratio"].double == arms[4]["speed"]["ratio"].double)
    let without = try compare(options + ["--speed", "off"])
    #expect(!without.output.contains("\"rounds\""))
    #expect(try compare(options + ["--speed", "yes"]).exitCode == 64)
  }

  @Test func calibrationImagesAmongTestImagesAreCounted() throws {
    let run = try RunCalibrant.run(
      ["compare", DemoFiles.model, "--images", DemoFiles.calibration]
        + ["--calibration", DemoFiles.calibration, "--schemes", "w8", "--json", "-"]
        + DemoFiles.asTheyAre)
    try #expect(JSONDocument(run.output)["dataset"]["overlap"].int == 10)
  }

  /// 2 bits with one scale per tensor cost points on a hundred images; 8 bits may or may not cost one.
  @Test(arguments: [("w8", "50", 0), ("w2", "0", 1), ("w8", "1", 2)] as [(String, String, Int32)])
  func maxDropDecidesTheExitCode(scheme: String, maxDrop: String, code: Int32) throws {
    let images = URL(filePath: folder.path)
    try DemoImages.write(to: images, split: .test, perClass: 10)
    let run = try compare(
      ["--schemes", scheme, "--max-drop", maxDrop, "--per-tensor", "--weights", "symmetric"]
        + ["--json", folder.file("report.json")], images: folder.file("test"))
    #expect(run.exitCode == code, "\(run.output)\n\(run.errors)")
    let report = try JSONDocument(String(decoding: folder.bytes("report.json"), as: UTF8.self))
    try #expect(report["verdict"].string == ["pass", "fail", "inconclusive"][Int(code)])
  }

  @Test func interruptionLeavesWholeFiles() throws {
    let images = URL(filePath: folder.path)
    try DemoImages.write(to: images, split: .test, perClass: 30)
    let run = try RunCalibrant.Background(
      ["compare", DemoFiles.model, "--images", folder.file("test")]
        + ["--calibration", DemoFiles.calibration, "-o", folder.file("report")]
        + ["--schemes", "w8,w4,w8a8,w4a8"] + DemoFiles.asTheyAre)
    let first = folder.file("report/models/w8-weight-based-plain.onnx")
    for _ in 0..<6_000 where run.process.isRunning && !exists(first) { usleep(10_000) }
    run.process.interrupt()
    let end = try run.wait()
    #expect(end.exitCode == 130)
    #expect(end.errors.contains("calibrant: interrupted"), "\(end.errors)")
    let left = folder.entries.filter { $0.hasPrefix("report/") && $0 != "report/models" }
    #expect(left.contains("report/models/w8-weight-based-plain.onnx"))
    #expect(left.allSatisfy { $0.hasSuffix(".onnx") }, "\(left)")
    for name in left { _ = try Model(contentsOf: folder.file(name)) }
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
