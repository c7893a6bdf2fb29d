import ArgumentParser
import CalibrantHarness

/// An error as the command line tells it: every one begins with the program's name.
struct Refusal {
  /// Without the program's name.
  let text: String
  /// How the command is used, where that was wrong; may be empty.
  let usage: String
  let exitCode: Int32
  /// Whether the parser was asked for its help, version or completions, which is no error.
  let isAnswer: Bool

  /// - Parameter arguments: what was parsed, which may say better than the parser what is wrong.
  init(_ error: any Error, parsing arguments: [String]? = nil) {
    let failure = Failure(error)
    let code = Calibrant.exitCode(for: error)
    // The parser takes errors that it does not know for failures of 1, which here means that a gate said no.
    let isUnknown = !(error is ExitCode) && code == .failure
    if failure.isOurs || isUnknown {
      (text, usage, exitCode, isAnswer) = (failure.text, "", failure.exitCode, false)
      return
    }
    exitCode = code.rawValue
    isAnswer = code.isSuccess
    let full = Calibrant.fullMessage(for: error)
    guard !isAnswer, let start = full.range(of: "Usage: ")?.lowerBound else {
      (text, usage) = (full, "")
      return
    }
    usage = Calibrant.usage(of: arguments?.first) ?? String(full[start...])
    let fault = arguments.flatMap { UsageFault.first(in: $0) }
    text = fault ?? Calibrant.message(for: error)
  }
}

extension Calibrant {
  /// How a command is typed; nil where there is no such command.
  fileprivate static func usage(of name: String?) -> String? {
    let command = configuration.subcommands.first { $0._commandName == name }
    return command.map { command in
      """
      Usage: \(usageString(for: command))
        See 'calibrant \(command._commandName) --help' for more information.
      """
    }
  }
}
