import Foundation
import TestSupport
import Testing

/// Ctrl-C keeps the layers that are done, and the same command goes on from them.
@Suite struct ResumeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func arguments(_ name: String, bits: String = "4") -> [String] {
    ["calibrate", DemoFiles.model, "--data", DemoFiles.calibration, "--bits", bits]
      + ["-o", folder.file("\(name).onnx"), "--statistics", folder.file("\(name).json")]
      + DemoFiles.asTheyAre
  }

  /// Starts a run and interrupts it when `layers` lines are on file.
  private func interrupt(_ name: String, after layers: Int) throws -> ProgramRun {
    let run = try RunCalibrant.Background(arguments(name))
    let file = URL(filePath: folder.file("\(name).json.layers"))
    for _ in 0..<60_000 where run.process.isRunning {
      let lines = (try? Data(contentsOf: file))?.count { $0 == UInt8(ascii: "\n") } ?? 0
      if lines >= layers { break }
      usleep(2_000)
    }
    run.process.interrupt()
    return try run.wait()
  }

  @Test func resumedRunsGiveTheSameBytes() throws {
    let whole = try RunCalibrant.run(arguments("whole"))
    #expect(whole.exitCode == 0, "\(whole.errors)")
    for (name, layers) in [("early", 1), ("late", 4)] {
      let run = try interrupt(name, after: layers)
      #expect(run.exitCode == 130, "\(run.errors)")
      #expect(run.errors.contains("\(name).json.layers keeps"), "\(run.errors)")
      #expect(folder.entries.contains("\(name).json.layers"))
      #expect(!folder.entries.contains("\(name).onnx"))
      let resumed = try RunCalibrant.run(arguments(name))
      #expect(resumed.exitCode == 0, "\(resumed.errors)")
      #expect(resumed.errors.contains("layers of an interrupted run"), "\(resumed.errors)")
      try #expect(folder.bytes("\(name).onnx") == folder.bytes("whole.onnx"), "\(name)")
      #expect(!folder.entries.contains("\(name).json.layers"), "done, so not needed any more")
    }
  }

  /// Layers of other options stay out of the result, and so do damaged lines.
  @Test func staleAndDamagedLayersAreLeftOut() throws {
    #expect(try RunCalibrant.run(arguments("whole", bits: "3")).exitCode == 0)
    _ = try interrupt("other", after: 2)
    let file = URL(filePath: folder.file("other.json.layers"))
    try (Data(contentsOf: file) + Data("not a layer".utf8)).write(to: file)
    let run = try RunCalibrant.run(arguments("other", bits: "3"))
    #expect(run.exitCode == 0 && run.errors.contains("is damaged"), "\(run.errors)")
    try #expect(folder.bytes("other.onnx") == folder.bytes("whole.onnx"))
  }
}
