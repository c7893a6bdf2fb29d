import Foundation
import TestSupport
import Testing

/// Standard output or error that cannot be written: exit code 73, and results in files as ever.
@Suite struct StandardStreamTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let images = "--images \(DemoFiles.test) --resize none --crop none"
  private static let calibrate =
    "calibrant calibrate \(DemoFiles.model) --data \(DemoFiles.calibration) --resize none --crop none"

  /// Commands that print a result and succeed.
  private static let commands = [
    "calibrant --help", "calibrant --version", "calibrant quantize --help",
    "calibrant info \(DemoFiles.model)", "calibrant info \(DemoFiles.model) --json -",
    "calibrant evaluate \(DemoFiles.model) \(images) --limit 10 --quiet",
    "calibrant validate \(DemoFiles.model) \(DemoFiles.model)",
  ]

  @Test(arguments: commands, [">/dev/full", ">&-"])
  func outputThatCannotBeWritten(_ command: String, _ redirection: String) throws {
    let run = try RunCalibrant.shell("\(command) \(redirection)", in: folder.path)
    #expect(run.exitCode == 73, "\(run.errors)")
    #expect(run.errors.hasPrefix("calibrant: cannot write standard output: "), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
  }

  /// A pipe whose reader has gone: `4` is its writing end.
  private static let deadPipe = "mkfifo p; exec 3<>p; exec 4>p; exec 3<&-"

  @Test(arguments: commands) func aReaderThatWentAwayIsNoNews(_ command: String) throws {
    let run = try RunCalibrant.shell("\(Self.deadPipe); \(command) >&4", in: folder.path)
    #expect(run.exitCode == 73)
    #expect(run.errors == "")
  }

  @Test(arguments: ["2>/dev/full", "2>&-", "2>&4"])
  func errorsThatCannotBeWritten(_ redirection: String) throws {
    for command in ["calibrant info missing.onnx", "calibrant info --colour"] {
      let run = try RunCalibrant.shell(
        "\(Self.deadPipe); \(command) \(redirection)", in: folder.path)
      try FileManager.default.removeItem(atPath: folder.file("p"))
      #expect(run.exitCode == 73)
      #expect(run.output == "")
    }
  }

  @Test(arguments: [">/dev/full", ">&-", ">&4", "2>/dev/full", "2>&-", "2>&4", ">&- 2>&- <&-"])
  func resultsInFilesAreWhole(_ redirection: String) throws {
    let whole = try RunCalibrant.shell(
      "\(Self.calibrate) -o whole.onnx --json whole.json", in: folder.path)
    #expect(whole.exitCode == 0, "\(whole.errors)")
    let run = try RunCalibrant.shell(
      "\(Self.deadPipe); \(Self.calibrate) -o q.onnx --json q.json \(redirection)", in: folder.path)
    #expect(run.exitCode == 73, "\(run.errors)")
    try #expect(folder.bytes("q.onnx") == folder.bytes("whole.onnx"))
    let json = try JSONDocument(String(decoding: folder.bytes("q.json"), as: UTF8.self))
    try #expect(json["bytes"].int == folder.bytes("q.onnx").count)
    #expect(folder.entries == ["p", "q.json", "q.onnx", "whole.json", "whole.onnx"])
  }

  /// A limit on the size of files is an error of the write, not a signal.
  @Test func filesOfLimitedSize() throws {
    let run = try RunCalibrant.shell(
      "ulimit -f 4; calibrant quantize \(DemoFiles.model) -o q.onnx", in: folder.path)
    #expect(run.exitCode == 73)
    #expect(run.errors == "calibrant: cannot write q.onnx: File too large\n")
    #expect(folder.entries == [])
  }
}
