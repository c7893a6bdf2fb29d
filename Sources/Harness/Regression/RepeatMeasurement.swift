import Engine
import ONNXFormat

/// Measures one repeat in this process, which should do nothing else.
public struct RepeatMeasurement: Sendable {
  private let settings: RepeatSettings

  public init(_ settings: RepeatSettings) { self.settings = settings }

  public func run() throws -> BenchmarkRepeat {
    let first = ReferenceWork.cost(threads: 1)
    PeakMemory.reset()
    let (program, loadCost) = try Cost.of { try Program(Model(contentsOf: settings.model)) }
    let input = try BenchmarkInput(of: program)
    let runs = try runs(of: program, on: input)
    var peak = PeakMemory.bytes
    let middle = ReferenceWork.cost(threads: 1)
    let before = ReferenceWork.cost(threads: settings.threads)
    PeakMemory.reset()
    let image = try costPerImage(of: program, on: input)
    peak = max(peak, PeakMemory.bytes)
    let after = ReferenceWork.cost(threads: settings.threads)
    return BenchmarkRepeat(
      load: GaugedCost(loadCost, reference: first),
      run: GaugedCost(
        Cost(wall: runs.map(\.wall).quantile(0.5), cpu: runs.map(\.cpu).quantile(0.5)),
        reference: (first + middle) / 2),
      latencyMs: .init(ofSeconds: runs.map(\.wall)),
      image: GaugedCost(image, reference: (before + after) / 2), peakMemoryBytes: peak)
  }

  /// The costs of single runs at batch 1, one after the other.
  private func runs(of program: Program, on input: BenchmarkInput) throws -> [Cost] {
    let tensors = input.tensors(batch: input.fixedBatch ?? 1, seed: 0)
    let session = BenchmarkSession(program, inputs: tensors, handicap: settings.handicap)
    try session.run()
    let end = Cost.now.wall + 0.4 * settings.seconds
    var costs: [Cost] = []
    while costs.count < 3 || Cost.now.wall < end {
      try costs.append(Cost.of(session.run).cost)
    }
    return costs
  }

  private func costPerImage(of program: Program, on input: BenchmarkInput) throws -> Cost {
    try Throughput(
      program, input, batch: settings.batch, threads: settings.threads, handicap: settings.handicap
    ).costPerImage(seconds: 0.6 * settings.seconds)
  }
}

extension BenchmarkRepeat.Latency {
  fileprivate init(ofSeconds seconds: [Double]) {
    let milliseconds = seconds.map { 1000 * $0 }
    self.init(
      p50: milliseconds.quantile(0.5), p90: milliseconds.quantile(0.9),
      min: milliseconds.quantile(0))
  }
}
