import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// Measures models in repeats, each in a process of its own.
///
/// A process fixes things that its own timings cannot show, like where its memory lies; and models take turns, so that
/// every model's repeats are spread over the whole run and see its slow drifts as noise.
public struct Benchmark: Sendable {
  /// Measures one repeat elsewhere.
  public typealias Measure = @Sendable (RepeatSettings) throws -> BenchmarkRepeat

  public static let defaultRepeats = 20

  public var threads: Int
  /// nil chooses each model's best.
  public var batch: Int?
  /// Measuring time per model, shared by its repeats.
  public var seconds: Double
  public var repeats = Self.defaultRepeats
  /// How quantized layers are computed.
  public var arithmetic = Arithmetic.integer
  public var handicap = 0.0
  public var isQuiet = true
  private let measure: Measure

  public init(threads: Int, batch: Int? = nil, seconds: Double, measure: @escaping Measure) {
    self.threads = threads
    self.batch = batch
    self.seconds = seconds
    self.measure = measure
  }

  /// - Parameter baseline: where it holds a model, its batch is used again.
  public func run(_ paths: [String], like baseline: BenchmarkRun? = nil) throws -> BenchmarkRun {
    let models = try paths.map { try subject($0, like: baseline) }
    return BenchmarkRun(
      cpu: MachineFacts.cpu, cores: MachineFacts.cores, blas: MachineFacts.blas,
      kernels: MachineFacts.kernels, threads: threads, arithmetic: arithmetic,
      models: try measured(models, at: paths))
  }

  /// Measures the models named, which are among those of `run`, anew.
  public func again(
    _ run: BenchmarkRun, _ names: Set<String>, at paths: [String]
  ) throws -> BenchmarkRun {
    var run = run
    let chosen = zip(run.models, paths).filter { names.contains($0.0.name) }
    run.models = try measured(chosen.map(\.0), at: chosen.map(\.1))
    return run
  }

  private func measured(
    _ models: [BenchmarkRun.Model], at paths: [String]
  ) throws -> [BenchmarkRun.Model] {
    var models = models
    for index in models.indices { models[index].repeats = [] }
    let total = repeats * models.count
    let progress = Progress("measuring", total: total, isQuiet: isQuiet)
    for step in 0..<total {
      try Interruption.check()
      let index = step % models.count
      let settings = RepeatSettings(
        model: paths[index], batch: models[index].batch, threads: threads,
        seconds: seconds / Double(repeats), arithmetic: arithmetic, handicap: handicap)
      try models[index].repeats.append(measure(settings))
      progress.advance(to: step + 1)
    }
    return models
  }

  /// What is known of a model before it is measured.
  private func subject(_ path: String, like baseline: BenchmarkRun?) throws -> BenchmarkRun.Model {
    let name = URL(filePath: path).lastPathComponent
    let model = try Model(contentsOf: path)
    let program = try Program(model, arithmetic: arithmetic)
    let input = try BenchmarkInput(of: program)
    let types = input.types(batch: 1)
    let multiplyAccumulates = try program.multiplyAccumulates(types)
    let saved = baseline?[name]?.batch
    let known = input.fixedBatch ?? batch ?? saved
    if let saved, saved != known {
      throw HarnessError.badOption("the baseline measured \(name) with --batch \(saved)")
    }
    return BenchmarkRun.Model(
      name: name, sha256: try ModelFile(path, of: model).sha256,
      batch: try known ?? Throughput.bestBatch(program, input, threads: threads),
      multiplyAccumulates: multiplyAccumulates / (input.fixedBatch ?? 1))
  }
}
