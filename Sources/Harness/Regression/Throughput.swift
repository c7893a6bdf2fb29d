import CalibrantEngine

/// A model's speed when every worker has a session of its own.
struct Throughput: Sendable {
  private let program: Program
  private let input: BenchmarkInput
  private let batch: Int
  private let threads: Int
  private let handicap: Double

  init(
    _ program: Program, _ input: BenchmarkInput, batch: Int, threads: Int, handicap: Double = 0
  ) {
    self.program = program
    self.input = input
    self.batch = input.fixedBatch ?? batch
    self.threads = threads
    self.handicap = handicap
  }

  struct Measurement {
    /// Of all workers together.
    var imagesPerSecond: Double
    /// The cost of one image to the worker that has it.
    var image: GaugedCost
  }

  /// At least `seconds` of work, and one run per worker.
  func measure(seconds: Double) throws -> Measurement {
    let shares = try onThreads(threads) { index, begin in
      Result { try share(of: index, seconds: seconds, begin) }
    }.map { try $0.get() }
    return Measurement(
      imagesPerSecond: shares.reduce(0) { $0 + $1.rate }, image: .mean(shares.map(\.image)))
  }

  /// Workers end at different times, so each has a rate of its own: none is charged for another's last run.
  private func share(
    of index: Int, seconds: Double, _ begin: () -> Void
  ) throws -> (rate: Double, image: GaugedCost) {
    let tensors = input.tensors(batch: batch, seed: UInt64(index))
    let session = BenchmarkSession(program, inputs: tensors, handicap: handicap)
    let warmUp = Result { try session.run() }
    begin()
    try warmUp.get()
    var gauge = Gauge()
    try gauge.measure(.thread, seconds: seconds, session.run)
    let wall = gauge.runs.reduce(0) { $0 + $1.wall }
    var image = gauge.result
    image.cost = Cost(wall: image.cost.wall / Double(batch), cpu: image.cost.cpu / Double(batch))
    return (Double(batch * gauge.runs.count) / wall, image)
  }
}

extension GaugedCost {
  /// The mean over workers that ran at the same time.
  fileprivate static func mean(_ costs: [GaugedCost]) -> GaugedCost {
    func mean(_ value: KeyPath<GaugedCost, Double>) -> Double {
      costs.reduce(0) { $0 + $1[keyPath: value] } / Double(costs.count)
    }
    return GaugedCost(
      Cost(wall: mean(\.cost.wall), cpu: mean(\.cost.cpu)),
      reference: Cost(wall: mean(\.reference.wall), cpu: mean(\.reference.cpu)),
      coreShare: mean(\.coreShare))
  }
}

extension Throughput {
  /// Batches that `bestBatch` tries, in this order.
  private static let candidates = [1, 2, 4, 8, 16]

  /// The batch with the highest throughput, the smaller one where a larger one gains less than 2 %.
  static func bestBatch(_ program: Program, _ input: BenchmarkInput, threads: Int) throws -> Int {
    if let fixed = input.fixedBatch { return fixed }
    var best = (batch: 1, rate: 0.0)
    var losses = 0
    for batch in candidates where losses < 2 {
      let trial = Throughput(program, input, batch: batch, threads: threads)
      let rate = try trial.measure(seconds: 0.3).imagesPerSecond
      losses = rate > 1.02 * best.rate ? 0 : losses + 1
      if losses == 0 { best = (batch, rate) }
    }
    return best.batch
  }
}
