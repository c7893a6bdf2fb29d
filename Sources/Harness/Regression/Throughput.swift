import Engine

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

  /// The cost of one image, over at least `seconds` of work and one run per worker.
  ///
  /// Workers end at different times, so their rates are added up: none is charged for another's last run.
  func costPerImage(seconds: Double) throws -> Cost {
    let shares = onThreads(threads) { index, begin in
      Result { try share(of: index, seconds: seconds, begin) }
    }
    let done = try shares.map { try $0.get() }
    let images = done.reduce(0) { $0 + $1.images }
    let rate = done.reduce(0) { $0 + $1.images / $1.cost.wall }
    let cpu = done.reduce(0) { $0 + $1.cost.cpu }
    return Cost(wall: 1 / rate, cpu: cpu / images)
  }

  private func share(
    of index: Int, seconds: Double, _ begin: () -> Void
  ) throws -> (images: Double, cost: Cost) {
    let tensors = input.tensors(batch: batch, seed: UInt64(index))
    let session = BenchmarkSession(program, inputs: tensors, handicap: handicap)
    let warmUp = Result { try session.run() }
    begin()
    try warmUp.get()
    let (start, cpuStart) = (Cost.now.wall, Cost.threadSeconds)
    var images = 0.0
    while images == 0 || Cost.now.wall < start + seconds {
      try session.run()
      images += Double(batch)
    }
    return (images, Cost(wall: Cost.now.wall - start, cpu: Cost.threadSeconds - cpuStart))
  }
}

extension Throughput {
  /// Batches that `best` tries, in this order.
  private static let candidates = [1, 2, 4, 8, 16]

  /// The batch with the highest throughput, the smaller one where a larger one gains less than 2 %.
  static func bestBatch(_ program: Program, _ input: BenchmarkInput, threads: Int) throws -> Int {
    if let fixed = input.fixedBatch { return fixed }
    var best = (batch: 1, seconds: Double.infinity)
    var losses = 0
    for batch in candidates where losses < 2 {
      let trial = Throughput(program, input, batch: batch, threads: threads)
      let seconds = try trial.costPerImage(seconds: 0.3).wall
      if seconds < 0.98 * best.seconds {
        best = (batch, seconds)
        losses = 0
      } else {
        losses += 1
      }
    }
    return best.batch
  }
}
