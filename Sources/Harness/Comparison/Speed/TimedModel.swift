import CalibrantEngine
import CalibrantONNXFormat

/// A model that is ready to be timed, again and again.
protocol TimedModel {
  /// Images per second of all workers together, each of which runs `runs` times.
  func imagesPerSecond(runs: Int) throws -> Double
}

/// One session per worker, each on images of its own in the batches of an evaluation.
///
/// Unchecked: a session is only used by the unit of work that has its index.
final class TimedSessions: TimedModel, @unchecked Sendable {
  private let workers: [(session: BenchmarkSession, images: Int)]

  init(_ program: Program, on images: some SampleSource, workers count: Int) throws {
    let batching = try Batching(images, for: program)
    let full = max(1, images.count / batching.unit)
    workers = try (0..<count).map { index in
      let unit = index % full
      let inputs = try batching.inputs(unit, from: images)
      return (BenchmarkSession(program, inputs: inputs), batching.samples(of: unit).count)
    }
    // Kernels are prepared and memory is touched.
    _ = try imagesPerSecond(runs: 1)
  }

  /// Workers end at different times, so each has a rate of its own: none is charged for another's last run.
  func imagesPerSecond(runs: Int) throws -> Double {
    var sum = 0.0
    try processInOrder(units: workers.count, jobs: workers.count) { [self] in
      { [self] index in
        let (session, images) = workers[index]
        let cost = try Cost.of(.thread) { for _ in 0..<runs { try session.run() } }
        return Double(images * runs) / cost.wall
      }
    } consume: { _, rate in
      sum += rate
    }
    return sum
  }
}
