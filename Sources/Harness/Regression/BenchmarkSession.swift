import CalibrantEngine

/// One session on one input, run over and over.
final class BenchmarkSession {
  private var session: Session
  private let inputs: [Tensor]
  /// Extra work per run, as a share of its processor time: a known regression, to see whether the gate finds it.
  private let handicap: Double
  private let scope: Cost.Scope

  init(_ program: Program, inputs: [Tensor], threads: Int = 1, handicap: Double = 0) {
    session = Session(program, threads: threads)
    self.inputs = inputs
    self.handicap = handicap
    scope = threads > 1 ? .process : .thread
  }

  func run() throws {
    let start = Cost.now(scope).cpu
    _ = try session.run(inputs)
    guard handicap > 0 else { return }
    let end = Cost.now(scope).cpu
    while Cost.now(scope).cpu < end + handicap * (end - start) {}
  }
}
