import CalibrantEngine
import CalibrantONNXFormat

/// Measures one repeat in this process, which should do nothing else.
public struct RepeatMeasurement: Sendable {
  private let settings: RepeatSettings

  public init(_ settings: RepeatSettings) { self.settings = settings }

  public func run() throws -> BenchmarkRepeat {
    let (program, load) = try load()
    let input = try BenchmarkInput(of: program)
    let latency = try latency(of: program, on: input)
    let throughput = try Throughput(
      program, input, batch: settings.batch, threads: settings.threads, handicap: settings.handicap
    ).measure(seconds: 0.6 * settings.seconds)
    return BenchmarkRepeat(
      load: load, run: latency.result, latencyMs: .init(of: latency.runs), image: throughput.image,
      imagesPerSecond: throughput.imagesPerSecond, peakMemoryBytes: PeakMemory.bytes)
  }

  private func load() throws -> (program: Program, cost: GaugedCost) {
    var gauge = Gauge()
    var program: Program?
    try gauge.measure(.process, seconds: 0) {
      program = try Program(
        Model(contentsOf: settings.model), arithmetic: settings.arithmetic)
    }
    return (program!, gauge.result)
  }

  /// Single runs at batch 1, one after the other, each shared by all threads.
  private func latency(of program: Program, on input: BenchmarkInput) throws -> Gauge {
    let tensors = input.tensors(batch: input.fixedBatch ?? 1, seed: 0)
    let session = BenchmarkSession(
      program, inputs: tensors, threads: settings.threads, handicap: settings.handicap)
    try session.run()
    var gauge = Gauge()
    try gauge.measure(.process, seconds: 0.4 * settings.seconds, atLeast: 3, session.run)
    return gauge
  }
}

extension BenchmarkRepeat.Latency {
  fileprivate init(of runs: [Cost]) {
    let milliseconds = runs.map { 1000 * $0.wall }
    self.init(
      p50: milliseconds.quantile(0.5), p90: milliseconds.quantile(0.9),
      min: milliseconds.quantile(0))
  }
}
