/// A benchmark held against a baseline.
public struct RegressionCheck {
  private let gate = NoiseGate()

  public init() {}

  /// Measures, compares, and measures again what seems worse: only what both sets of repeats find is a regression, as a
  /// disturbance that lasts for one set says nothing about the program.
  public func run(
    _ benchmark: Benchmark, on paths: [String], against baseline: BenchmarkRun
  ) throws -> BenchmarkResult {
    let run = try benchmark.run(paths, like: baseline)
    let changes = gate.changes(from: baseline, to: run)
    let suspects = changes.filter(\.isRegression)
    guard !suspects.isEmpty else { return BenchmarkResult(run, changes: changes) }
    let second = try benchmark.again(run, Set(suspects.map(\.model)), at: paths)
    let confirmed = gate.changes(from: baseline, to: second).filter(\.isRegression)
    let regressions = suspects.filter { suspect in
      confirmed.contains { $0.model == suspect.model && $0.figure == suspect.figure }
    }
    return BenchmarkResult(run, changes: changes, regressions: regressions)
  }
}
