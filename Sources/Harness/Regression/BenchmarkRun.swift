import CalibrantEngine

/// What a benchmark measured: the repeats of every model, from which all figures follow.
public struct BenchmarkRun: Sendable, Codable, Hashable {
  public struct Model: Sendable, Codable, Hashable {
    /// The file's name without its folder, by which a baseline finds it again.
    public var name: String
    public var sha256: String
    /// Images per run when measuring throughput.
    public var batch: Int
    /// Of one image.
    public var multiplyAccumulates: Int
    public var repeats: [BenchmarkRepeat]

    public init(
      name: String, sha256: String, batch: Int, multiplyAccumulates: Int,
      repeats: [BenchmarkRepeat] = []
    ) {
      self.name = name
      self.sha256 = sha256
      self.batch = batch
      self.multiplyAccumulates = multiplyAccumulates
      self.repeats = repeats
    }
  }

  /// The processor's model name.
  public var cpu: String
  public var cores: Int
  public var blas: String
  /// What floats are computed by (`MachineFacts.kernels`); nil in baselines older than this.
  public var kernels: String?
  public var threads: Int
  /// How quantized layers are computed; nil in baselines older than this, which computed them on floats.
  public var arithmetic: Arithmetic?
  public var models: [Model]

  public init(
    cpu: String, cores: Int, blas: String, kernels: String? = nil, threads: Int,
    arithmetic: Arithmetic? = nil, models: [Model]
  ) {
    self.cpu = cpu
    self.cores = cores
    self.blas = blas
    self.kernels = kernels
    self.threads = threads
    self.arithmetic = arithmetic
    self.models = models
  }

  public subscript(name: String) -> Model? { models.first { $0.name == name } }
}

extension BenchmarkRun.Model {
  /// Medians over the repeats; `min` is the shortest run of all.
  public var latencyMs: BenchmarkRepeat.Latency {
    .init(
      p50: repeats.map(\.latencyMs.p50).quantile(0.5),
      p90: repeats.map(\.latencyMs.p90).quantile(0.5),
      min: repeats.map(\.latencyMs.min).quantile(0))
  }

  public var imagesPerSecond: Double { repeats.map(\.imagesPerSecond).quantile(0.5) }

  /// Billions of floating-point operations per second of the model as written, at `imagesPerSecond`: an algorithm that
  /// needs fewer of them may exceed what the machine can do.
  public var gflops: Double { 2 * Double(multiplyAccumulates) * imagesPerSecond * 1e-9 }

  /// The median: a repeat's peak depends on which worker reached its own peak when.
  public var peakMemoryBytes: Int {
    Int(repeats.map { Double($0.peakMemoryBytes) }.quantile(0.5))
  }

  public var loadSeconds: Double { repeats.map(\.load.cost.wall).quantile(0.5) }
}
