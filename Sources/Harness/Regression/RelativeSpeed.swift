/// How fast a model is beside another of the same run: models take turns, so the repeats of a turn see the same machine.
public struct RelativeSpeed: Sendable, Hashable {
  /// The name of the other model.
  public let reference: String
  /// The other's median latency divided by this one's.
  public let latency: MedianRatio
  /// Images per second divided by the other's.
  public let throughput: MedianRatio

  init(of model: BenchmarkRun.Model, beside reference: BenchmarkRun.Model) {
    let turns = Array(zip(model.repeats, reference.repeats))
    self.reference = reference.name
    latency = MedianRatio(turns.map { $1.latencyMs.p50 / $0.latencyMs.p50 })
    throughput = MedianRatio(turns.map { $0.imagesPerSecond / $1.imagesPerSecond })
  }
}

extension BenchmarkRun {
  /// Every model but the first, beside the first.
  public var relativeSpeeds: [(model: String, speed: RelativeSpeed)] {
    guard let first = models.first else { return [] }
    return models.dropFirst().map { ($0.name, RelativeSpeed(of: $0, beside: first)) }
  }
}
