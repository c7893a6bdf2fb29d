import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

/// The same model and data give the same bytes, however the work is done.
@Suite struct DeterminismTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult
  private func calibrate(
    _ name: String, model: String = DemoFiles.model, data: String = DemoFiles.calibration,
    statistics: String? = nil, _ options: [String] = []
  ) throws -> ProgramRun {
    try RunCalibrant.run(
      ["calibrate", model, "--data", data, "-o", folder.file("\(name).onnx"), "--quiet"]
        + ["--statistics", folder.file(statistics ?? "\(name).json")] + DemoFiles.asTheyAre
        + options)
  }

  @Test func neitherJobsNorBatchNorNamesMatter() throws {
    try shuffleCalibrationImages(to: "shuffled")
    let runs = [
      try calibrate("a", ["--jobs", "1", "--batch", "1"]),
      try calibrate("b", ["--jobs", "2", "--batch", "7"]),
      try calibrate("c", ["--jobs", "3"]),
      try calibrate("d", data: folder.file("shuffled")),
    ]
    for run in runs { #expect(run.exitCode == 0, "\(run.errors)") }
    for name in ["b", "c", "d"] {
      try #expect(folder.bytes("\(name).onnx") == folder.bytes("a.onnx"), "\(name)")
      try #expect(folder.bytes("\(name).json") == folder.bytes("a.json"), "\(name)")
    }
  }

  /// The same files under other names, in other folders, in another order.
  private func shuffleCalibrationImages(to name: String) throws {
    let images = DemoFiles.folder.entries.filter {
      $0.hasPrefix("calibration/") && ($0.hasSuffix(".jpg") || $0.hasSuffix(".png"))
    }
    for (index, image) in images.reversed().enumerated() {
      try folder.write(
        DemoFiles.folder.bytes(image), to: "\(name)/z\(index % 3)/\(100 - index).image")
    }
  }

  @Test func savedStatisticsGiveTheSameModel() throws {
    try #expect(calibrate("first", statistics: "seen.json").exitCode == 0)
    let seen = try folder.bytes("seen.json")
    try #expect(calibrate("again", statistics: "seen.json").exitCode == 0)
    try #expect(folder.bytes("again.onnx") == folder.bytes("first.onnx"))
    try #expect(folder.bytes("seen.json") == seen)
  }

  @Test func statisticsOfAnotherRunAreRefused() throws {
    try #expect(calibrate("first", statistics: "seen.json").exitCode == 0)
    var other = try Model(contentsOf: DemoFiles.model)
    other.metadata["note"] = "another file"
    try other.write(to: folder.file("other.onnx"))
    let runs = [
      try calibrate("x", model: folder.file("other.onnx"), statistics: "seen.json"),
      try calibrate("x", data: DemoFiles.test, statistics: "seen.json"),
      try calibrate("x", statistics: "seen.json", ["--mean", "0.5"]),
    ]
    for run in runs {
      #expect(run.exitCode == 65)
      #expect(run.errors.contains("seen.json"), "\(run.errors)")
    }
    #expect(folder.entries == ["first.onnx", "other.onnx", "seen.json"])
  }

  @Test func damagedStatisticsAreRefused() throws {
    try folder.write(Data("{\"tensors\":".utf8), to: "seen.json")
    let run = try calibrate("x", statistics: "seen.json")
    #expect(run.exitCode == 65)
    #expect(run.errors.contains("seen.json"), "\(run.errors)")
    #expect(folder.entries == ["seen.json"])
  }

  @Test func sameWeightsTwice() throws {
    for name in ["a.onnx", "b.onnx"] {
      let run = try RunCalibrant.run(
        ["quantize", DemoFiles.model, "-o", folder.file(name), "--bits", "4"])
      #expect(run.exitCode == 0, "\(run.errors)")
    }
    try #expect(folder.bytes("a.onnx") == folder.bytes("b.onnx"))
  }
}
