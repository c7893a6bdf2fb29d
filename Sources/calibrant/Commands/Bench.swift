import ArgumentParser
import Foundation
import CalibrantHarness

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures latency and throughput, and holds them against a saved baseline.",
    discussion: """
      Example: calibrant bench model.onnx --save before.json
               calibrant bench model.onnx --against before.json

      Exits with 1 when a figure is worse by more than the noise that both runs show.
      """)

  @Argument(
    help: ArgumentHelp("ONNX files, quantized or not.", valueName: "model"), completion: .file())
  var models: [String]

  @Option(help: "Images per run for throughput (default: the baseline's, or each model's best).")
  var batch: Int?

  @Option(
    help:
      "Workers for throughput, and threads that share a run for latency (default: one per core).")
  var threads: Int?

  @Option(help: "Measuring time per model.")
  var seconds = 10.0

  @Option(help: "Repeats, each in a process of its own, that share this time.")
  var repeats = Benchmark.defaultRepeats

  @Option(help: ArgumentHelp("Write a baseline.", valueName: "file.json"), completion: .file())
  var save: String?

  @Option(
    help: ArgumentHelp("Compare with a baseline.", valueName: "file.json"), completion: .file())
  var against: String?

  @Flag(
    help: """
      Instead, time every algorithm that can compute each convolution, and mark where the choice by shape is slower \
      than another.
      """)
  var autotune = false

  @OptionGroup(title: "Arithmetic") var arithmetic: ArithmeticOption
  @OptionGroup(title: "Run") var result: ResultOptions

  @Flag(help: "No progress on standard error.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "Extra work per run, as a share of it: a regression made on purpose, to see that --against finds it.",
      visibility: .hidden))
  var handicap = 0.0

  func validate() throws {
    if let batch, !(1...65_536).contains(batch) {
      throw ValidationError("--batch is a number of images, 1 to 65536")
    }
    if let threads, !(1...512).contains(threads) {
      throw ValidationError("--threads is 1 to 512")
    }
    guard (1...1_000).contains(repeats) else { throw ValidationError("--repeats is 1 to 1000") }
    guard seconds > 0, seconds <= 1e6 else {
      throw ValidationError("--seconds must be more than 0, and at most a million")
    }
    let names = models.map { URL(filePath: $0).lastPathComponent }
    guard Set(names).count == names.count else {
      throw ValidationError(
        "two models have the same file name, by which baselines tell them apart")
    }
  }

  func run() throws {
    try result.requireWritable([save], apartFrom: models + [against])
    if autotune {
      let table = try AlgorithmTable(models, batch: batch ?? 1)
      try result.emit(text: table.text, json: table.json.text)
      return
    }
    let outcome = try measure()
    if let save { try Baseline(outcome.run).save(to: save) }
    try result.emit(text: outcome.text, json: outcome.json.text)
    if !outcome.regressions.isEmpty { throw ExitCode(1) }
  }

  private func measure() throws -> BenchmarkResult {
    let workers = threads ?? MachineFacts.cores
    var benchmark = Benchmark(
      threads: workers, batch: batch, seconds: seconds, measure: RepeatProcess.measure)
    benchmark.repeats = repeats
    benchmark.arithmetic = arithmetic.arithmetic
    benchmark.handicap = handicap
    benchmark.isQuiet = quiet
    guard let against else { return BenchmarkResult(try benchmark.run(models)) }
    let baseline = try Baseline(contentsOf: against)
    let names = models.map { URL(filePath: $0).lastPathComponent }
    try baseline.requireComparable(
      to: names, threads: workers, arithmetic: arithmetic.arithmetic, path: against)
    return try RegressionCheck().run(benchmark, on: models, against: baseline.run)
  }
}
