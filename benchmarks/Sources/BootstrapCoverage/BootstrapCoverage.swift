import ArgumentParser
import Foundation

@main
struct BootstrapCoverage: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How often 95 % intervals of a difference of mIoU or AP hold it.",
    discussion: """
      Data sets are drawn from populations of which the difference is known, bootstrapped as Calibrant does, and counted.

        swift run -c release --package-path benchmarks BootstrapCoverage --trials 2000
      """)

  @Option(help: "Data sets of each size.") var trials = 2000
  @Option(help: "Resamples of each; Calibrant takes 2000.") var resamples = 1000
  @Option(parsing: .upToNextOption, help: "Images of a data set.")
  var images = [50, 100, 200, 400]

  @Option(help: "Populations alone whose names begin so.") var only = ""

  func run() {
    let columns = CoverageTrial.methods.joined(separator: " ")
    print("\(trials) trials each; coverage in %, and the mean width: images \(columns)")
    report(SegmentedScenes(classes: 8, rarest: 0.2, loss: 0.1))
    report(SegmentedScenes(classes: 20, rarest: 0.1, loss: 0.1))
    report(DetectedScenes(classes: 3, objects: 3, loss: 0.2))
    report(DetectedScenes(classes: 10, objects: 4, loss: 0.2))
    report(BoxedScenes(classes: 3, objects: 3, loss: 0.2))
    report(BoxedScenes(classes: 10, objects: 4, loss: 0.2))
  }

  private func report(_ population: some Population) {
    guard population.name.hasPrefix(only) else { return }
    let truth = population.difference
    print("\(population.name): the difference is \(String(format: "%.4f", truth))")
    for count in images {
      var held = CoverageTrial.methods.map { _ in (count: 0, width: 0.0) }
      for trial in 0..<trials {
        let seed = UInt64(trial * 1000 + count)
        let found = CoverageTrial(population, images: count, resamples: resamples, seed: seed)
        for (method, interval) in found.intervals.enumerated() {
          held[method].count += interval.contains(truth) ? 1 : 0
          held[method].width += interval.upperBound - interval.lowerBound
        }
      }
      let cells = held.map { method in
        let share = 100 * Double(method.count) / Double(trials)
        return String(format: "  %5.2f (%.4f)", share, method.width / Double(trials))
      }
      print(String(format: "%6d", count) + cells.joined())
      fflush(nil)
    }
  }
}
