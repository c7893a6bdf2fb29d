import Foundation

/// Measures a repeat in a new process of this program, which must have the command that `arguments` names.
public enum RepeatProcess {
  /// The name of that command.
  public static let command = "bench-repeat"

  public static func measure(_ settings: RepeatSettings) throws -> BenchmarkRepeat {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe")
    process.arguments = arguments(settings)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try Interruption.check()
    guard process.terminationStatus == 0,
      let measured = try? JSONDecoder().decode(BenchmarkRepeat.self, from: data)
    else { throw HarnessError.repeatFailed(model: settings.model) }
    return measured
  }

  private static func arguments(_ settings: RepeatSettings) -> [String] {
    [
      command, settings.model, "--batch", "\(settings.batch)", "--threads", "\(settings.threads)",
      "--seconds", "\(settings.seconds)", "--arithmetic", settings.arithmetic.rawValue,
      "--handicap", "\(settings.handicap)",
    ]
  }
}
