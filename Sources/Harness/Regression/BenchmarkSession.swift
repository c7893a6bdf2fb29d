import Engine

/// One session on one input, run over and over.
final class BenchmarkSession {
  private var session: Session
  private let inputs: [Tensor]
  /// Extra work per run, as a share of its processor time: a known regression, to see whether the gate finds it.
  private let handicap: Double

  init(_ program: Program, inputs: [Tensor], threads: Int = 1, handicap: Double = 0) {
    session = Session(program, threads: threads)
    self.inputs = inputs
    self.handicap = handicap
  }

  func run() throws {
    let start = Cost.now(.thread).cpu
    _ = try session.run(inputs)
    guard handicap > 0 else { return }
    let end = Cost.now(.thread).cpu
    while Cost.now(.thread).cpu < end + handicap * (end - start) {}
  }
}
