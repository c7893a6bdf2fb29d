import ArgumentParser
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
    version: "0.1.0",
    subcommands: [
      Info.self, Run.self, Evaluate.self, Quantize.self, Calibrate.self, Compare.self,
      Validate.self, Inspect.self, DoctorCommand.self, Check.self, Diff.self, Merge.self,
      Bench.self, BenchRepeat.self, Demo.self,
    ])

  static func main() {
    BLAS.useOneThreadPerCaller()
    Interruption.install()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let failure = Failure(error)
      // The parser takes errors that it does not know for failures of 1, which here means that a gate said no.
      let isUnknown = !(error is ExitCode) && exitCode(for: error) == .failure
      if failure.isOurs || isUnknown {
        FileHandle.standardError.write(Data("calibrant: \(failure.text)\n".utf8))
        Foundation.exit(failure.exitCode)
      }
      exit(withError: error)
    }
  }
}
