import ArgumentParser
import Engine
import Foundation
import Harness
import LinearAlgebra

@main
struct Calibrant: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrant",
    abstract: "Measures what quantizing a vision model costs, and makes it cost less.",
    discussion: """
      Start with `calibrant demo`, then:

        calibrant compare model.onnx --images test/ --calibration calibration/ --schemes w8a8 -o report/
      """,
    version: ProgramVersion.current,
    subcommands: [
      Info.self, Run.self, Evaluate.self, Quantize.self, Calibrate.self, Compare.self,
      Validate.self, Inspect.self, DoctorCommand.self, Diff.self, Merge.self, Check.self,
      Bench.self, BenchRepeat.self, Demo.self,
    ])

  static func main() {
    BLAS.useOneThreadPerCaller()
    StandardStream.prepare()
    LastResort.install()
    Interruption.install()
    finish(outcome())
  }

  /// Runs the command and says what went wrong.
  private static func outcome() -> Int32 {
    do {
      var command = try parseAsRoot(arguments())
      try InstructionSet.selected()
      try command.run()
      return 0
    } catch {
      let failure = Failure(error)
      // The parser takes errors that it does not know for failures of 1, which here means that a gate said no.
      let isUnknown = !(error is ExitCode) && exitCode(for: error) == .failure
      if failure.isOurs || isUnknown {
        note("calibrant: \(failure.text)", quiet: false)
        return failure.exitCode
      }
      let text = fullMessage(for: error)
      let code = exitCode(for: error)
      let stream = code.isSuccess ? StandardStream.output : .error
      if !text.isEmpty { stream.write(Escaping.terminalLines(text) + "\n") }
      return code.rawValue
    }
  }

  /// What is to be parsed: what is typed, with what a plan, the environment and a configuration file add.
  private static func arguments() throws -> [String] {
    let typed = Array(CommandLine.arguments.dropFirst())
    let defaults = try ArgumentDefaults(for: typed, in: ProcessInfo.processInfo.environment)
    let planned = try PlannedArguments.expanded(typed, from: defaults?.value(of: "from"))
    Invocation.arguments = defaults?.applied(to: planned) ?? planned
    return Invocation.arguments
  }

  /// Ends the process; a result that nobody could be told is a failure, whatever it was.
  private static func finish(_ code: Int32) -> Never {
    guard let failure = StandardStream.failure else { Foundation.exit(code) }
    if let text = failure.text { StandardStream.error.write("calibrant: \(text)\n") }
    Foundation.exit(failure.exitCode)
  }
}
