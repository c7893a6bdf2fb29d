import ArgumentParser
import Foundation
import CalibrantHarness

/// Renders one large comparison in every format and prints how long each takes and how much it is.
@main struct ReportSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How long a report of many arms and images takes to render, best of some repeats.",
    discussion:
      "swift run -c release --package-path benchmarks ReportSpeed --arms 20 --images 50000")

  @Option(help: "Arms, the original among them.") var arms = 20
  @Option(help: "Records per arm.") var images = 50_000
  @Option(help: "Layers and activations of the model.") var layers = 60
  @Option(help: "Each format is rendered this often.") var repeats = 3
  @Option(help: "Write the files there, too.") var output: String?

  func run() throws {
    let evaluations = LargeComparison.evaluations(arms: arms, images: images, layers: layers)
    let activations = LargeComparison.activations(layers)
    let facts = LargeComparison.facts(images: images)
    var comparison = Comparison(facts: facts, evaluations: evaluations, activations: activations)
    let statistics = seconds {
      comparison = Comparison(facts: facts, evaluations: evaluations, activations: activations)
    }
    Self.line("statistics", statistics, bytes: nil)
    var total = statistics
    for format in StandardFormats.all {
      var text = ""
      let best =
        (0..<repeats).map { _ in
          seconds { text = format.init().render(comparison, evaluations: evaluations) }
        }.min() ?? 0
      total += best
      Self.line(format.name, best, bytes: text.utf8.count)
      if let output, let name = format.fileName {
        try Data(text.utf8).write(to: URL(filePath: output).appending(path: name))
      }
    }
    Self.line("all", total, bytes: nil)
  }

  private func seconds(_ work: () -> Void) -> Double {
    let start = ContinuousClock.now
    work()
    return (ContinuousClock.now - start) / .seconds(1)
  }

  private static func line(_ name: String, _ seconds: Double, bytes: Int?) {
    let size = bytes.map { String(format: "%9.3f MB", Double($0) / 1e6) } ?? ""
    print(
      name.padding(toLength: 12, withPad: " ", startingAt: 0), String(format: "%7.3f s", seconds),
      size)
  }
}
