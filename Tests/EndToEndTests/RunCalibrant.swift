import Foundation
import Testing

/// What one run of the program did.
struct ProgramRun {
  let exitCode: Int32
  let output: String
  let errors: String
}

/// The built program, run as a user runs it.
enum RunCalibrant {
  /// The folder that holds the test bundle holds the program, too.
  static let program = Bundle.allBundles.map(\.bundleURL).map { $0.deletingLastPathComponent() }
    .appending(URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent())
    .appending(packageFolder.appending(path: ".build/debug"))
    .map { $0.appending(path: "calibrant") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }

  private static let packageFolder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Runs to the end. A run that takes longer than `limit` seconds is ended and fails the test.
  static func run(
    _ arguments: [String], in folder: String? = nil, limit: TimeInterval = 120
  ) throws -> ProgramRun {
    try Background(arguments, in: folder).wait(limit: limit)
  }

  /// Runs a line of bash in which `calibrant` is the program.
  static func shell(_ line: String, in folder: String) throws -> ProgramRun {
    let program = try #require(RunCalibrant.program?.path, "the program is not built")
    let background = try Background(
      ["-c", "calibrant() { '\(program)' \"$@\"; }; \(line)"], of: URL(filePath: "/bin/bash"),
      in: folder)
    return try background.wait()
  }

  /// A run under way. Both streams go to files, which no amount of text can fill up.
  final class Background {
    let process = Process()
    private let folder: URL

    /// - Parameter program: the one to run; nil for the built one.
    init(_ arguments: [String], of program: URL? = nil, in workingFolder: String? = nil) throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "calibrant-run-\(UUID())")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let built = RunCalibrant.program
      process.executableURL = try #require(program ?? built, "the program is not built")
      process.arguments = arguments
      if let workingFolder { process.currentDirectoryURL = URL(filePath: workingFolder) }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try Self.file(folder.appending(path: "output"))
      process.standardError = try Self.file(folder.appending(path: "errors"))
      try Self.withAllSignals { try process.run() }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var errors: String { text("errors") }

    func wait(limit: TimeInterval = 120) throws -> ProgramRun {
      let end = Date(timeIntervalSinceNow: limit)
      while process.isRunning && Date() < end { usleep(5_000) }
      let isLate = process.isRunning
      if isLate { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      try #require(!isLate, "\(process.arguments ?? []) took longer than \(limit) s")
      return ProgramRun(
        exitCode: Self.exitCode(of: process), output: text("output"), errors: errors)
    }

    /// As a shell reports it: 128 and the signal's number where one ended the process.
    private static func exitCode(of process: Process) -> Int32 {
      process.terminationReason == .uncaughtSignal
        ? 128 + process.terminationStatus : process.terminationStatus
    }

    /// A child inherits the signals that its parent's thread blocks, and threads that run tests block them all.
    private static func withAllSignals(_ body: () throws -> Void) rethrows {
      var none = sigset_t()
      var before = sigset_t()
      sigemptyset(&none)
      pthread_sigmask(SIG_SETMASK, &none, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      try body()
    }

    private func text(_ name: String) -> String {
      let data = try? Data(contentsOf: folder.appending(path: name))
      return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private static func file(_ url: URL) throws -> FileHandle {
      try Data().write(to: url)
      return try FileHandle(forWritingTo: url)
    }
  }
}

extension Array {
  fileprivate func appending(_ element: Element) -> [Element] { self + [element] }
}
