import CalibrantEngine
import CalibrantONNXFormat

/// One repeat of a benchmark: all figures of one model, measured once in a process of their own.
public struct BenchmarkRepeat: Sendable, Codable, Hashable {
  /// Wall milliseconds of single runs.
  public struct Latency: Sendable, Codable, Hashable {
    public var p50: Double
    public var p90: Double
    public var min: Double

    public init(p50: Double, p90: Double, min: Double) {
      self.p50 = p50
      self.p90 = p90
      self.min = min
    }
  }

  /// From a path to a program that can run.
  public var load: GaugedCost
  /// A run at batch 1, nothing else running here.
  public var run: GaugedCost
  public var latencyMs: Latency
  /// An image to its worker, all workers busy.
  public var image: GaugedCost
  /// Of all workers together.
  public var imagesPerSecond: Double
  public var peakMemoryBytes: Int

  public init(
    load: GaugedCost, run: GaugedCost, latencyMs: Latency, image: GaugedCost,
    imagesPerSecond: Double, peakMemoryBytes: Int
  ) {
    self.load = load
    self.run = run
    self.latencyMs = latencyMs
    self.image = image
    self.imagesPerSecond = imagesPerSecond
    self.peakMemoryBytes = peakMemoryBytes
  }
}

/// How one repeat is measured.
public struct RepeatSettings: Sendable, Hashable {
  public var model: String
  /// Images per run when measuring throughput.
  public var batch: Int
  public var threads: Int
  /// Measuring time, without loading and warming up.
  public var seconds: Double
  public var arithmetic: Arithmetic
  /// See `BenchmarkSession`.
  public var handicap: Double

  public init(
    model: String, batch: Int, threads: Int, seconds: Double, arithmetic: Arithmetic,
    handicap: Double = 0
  ) {
    self.model = model
    self.batch = batch
    self.threads = threads
    self.seconds = seconds
    self.arithmetic = arithmetic
    self.handicap = handicap
  }
}
