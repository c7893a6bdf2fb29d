import ArgumentParser
import CalibrantEngine
import Foundation
import CalibrantHarness
import CalibrantLinearAlgebra

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
    BLAS.prepare()
    FreedMemory.share()
    StandardStream.prepare()
    LastResort.install()
    Interruption.install()
    finish(outcome())
  }

  /// Runs the command and says what went wrong.
  private static func outcome() -> Int32 {
    let typed = Array(CommandLine.arguments.dropFirst())
    var origins: String?
    do {
      // What a plan, the environment and a configuration file add is parsed as if it had been typed.
      let defaults = try ArgumentDefaults(for: typed, in: ProcessInfo.processInfo.environment)
      let planned = try PlannedArguments.expanded(typed, from: defaults?.value(of: "from"))
      origins = defaults?.origins(beside: planned)
      Invocation.arguments = defaults?.applied(to: planned) ?? planned
    } catch { return tell(Refusal(error), origins) }
    do {
      if let fault = UsageFault.inHelp(typed) { throw ValidationError(fault) }
      var command = try parseAsRoot(Invocation.arguments)
      try InstructionSet.selected()
      try command.run()
      return 0
    } catch { return tell(Refusal(error, parsing: Invocation.arguments), origins) }
  }

  /// - Parameter origins: where options came from that nobody typed.
  private static func tell(_ refusal: Refusal, _ origins: String?) -> Int32 {
    if refusal.isAnswer {
      if !refusal.text.isEmpty {
        StandardStream.output.write(Escaping.terminalLines(refusal.text) + "\n")
      }
    } else if !refusal.text.isEmpty {
      let isUsage = refusal.exitCode == Failure.Code.usage
      let lines = [
        "calibrant: \(refusal.text)", isUsage ? origins : nil, refusal.usage,
      ].compactMap(\.self).filter { !$0.isEmpty }
      note(lines.joined(separator: "\n"), quiet: false)
    }
    return refusal.exitCode
  }

  /// Ends the process; a result that nobody could be told is a failure, whatever it was.
  private static func finish(_ code: Int32) -> Never {
    guard let failure = StandardStream.failure else { Foundation.exit(code) }
    if let text = failure.text { StandardStream.error.write("calibrant: \(text)\n") }
    Foundation.exit(failure.exitCode)
  }
}
