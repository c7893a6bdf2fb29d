/// A figure that a later run must not make worse. Larger is worse for all of them.
public enum GatedFigure: String, Sendable, CaseIterable {
  case runProcessor = "latency, processor time"
  case runWall = "latency, wall time"
  case imageProcessor = "throughput, processor time"
  case imageWall = "throughput, wall time"
  case memory = "peak memory"
  case load = "load, processor time"

  /// The smallest relative change that is called a regression, however certain. Larger where two runs of one binary
  /// differ by something that their repeats do not show: the scheduler's mood for wall time, the page cache for loading.
  public var minimumEffect: Double {
    switch self {
    case .runProcessor, .imageProcessor, .memory: 0.03
    case .runWall, .imageWall: 0.06
    case .load: 0.15
    }
  }

  /// One value per repeat that can be compared with those of another run: times are ratios to the reference work beside
  /// them, and wall time counts only where nobody else held the cores.
  public func values(_ repeats: [BenchmarkRepeat]) -> [Double] {
    switch self {
    case .runProcessor: repeats.map { $0.run.relativeProcessorTime }
    case .runWall: repeats.compactMap { $0.run.relativeWallTime }
    case .imageProcessor: repeats.map { $0.image.relativeProcessorTime }
    case .imageWall: repeats.compactMap { $0.image.relativeWallTime }
    case .memory: repeats.map { Double($0.peakMemoryBytes) }
    case .load: repeats.map { $0.load.relativeProcessorTime }
    }
  }
}
