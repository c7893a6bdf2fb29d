import ArgumentParser
import CalibrantEngine
import Foundation
import CalibrantHarness

/// One repeat of `bench`, which starts this in a process of its own. Prints the measurement as JSON.
struct BenchRepeat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: RepeatProcess.command, abstract: "One repeat of bench.", shouldDisplay: false)

  @Argument var model: String
  @Option var batch: Int
  @Option var threads: Int
  @Option var seconds: Double
  @Option var arithmetic: Arithmetic
  @Option var handicap = 0.0

  func run() throws {
    let settings = RepeatSettings(
      model: model, batch: batch, threads: threads, seconds: seconds, arithmetic: arithmetic,
      handicap: handicap)
    let measured = try RepeatMeasurement(settings).run()
    StandardStream.output.write(String(decoding: try JSONEncoder().encode(measured), as: UTF8.self))
  }
}
