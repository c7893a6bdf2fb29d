import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantQuantization

/// Runs a model on calibration samples and quantizes it with what it saw (activation-based).
public struct CalibrationRun {
  public var scheme: SchemeName
  /// How ranges are chosen.
  public var method: any CalibrationMethod
  public var options = QuantizationOptions()
  /// Where statistics are read from, or written after observing; nil keeps none.
  public var statistics: String?
  /// Chooses bits per layer; nil takes the scheme's for all.
  public var limit: BitSearch.Limit?
  /// Where scales and offsets are written besides; nil nowhere.
  public var encodings: EncodingsFile?
  public var context: RunContext

  public init(_ scheme: SchemeName, _ method: any CalibrationMethod, _ context: RunContext) {
    (self.scheme, self.method, self.context) = (scheme, method, context)
  }

  /// - Parameter path: of the quantized file.
  public func run(
    _ original: LoadedModel, _ preprocessing: Preprocessing, on samples: CalibrationSamples,
    to path: String
  ) throws -> CalibratedFile {
    let candidate = try candidate(original, preprocessing)
    let data = try samples.read(for: original, preprocessing, [method], context)
    if case .disagreement = limit { try original.requireClasses(on: data) }
    let job = try better(candidate, original, preprocessing, on: data)
    let observations = try observer(StatisticsCache(path: statistics)).observe(
      original, job, [scheme], data)
    context.messages.warn(
      try CalibrationFit.warnings(of: job, [scheme], on: data, jobs: context.jobs))
    let journal = try statistics.map {
      try WalkJournal.open(beside: $0, modelSHA256: original.sha256, context.messages)
    }
    let (quantized, lost) = try quantized(
      job, original, observations, data,
      CalibrationWalk(jobs: context.jobs, isQuiet: context.isQuiet, journal: journal))
    let bytes = try quantized.model.write(to: path)
    try encodings?.write(quantized)
    journal?.remove()
    var summary = try QuantizedFileSummary(
      quantized, path: path, bytes: bytes, originalBytes: original.bytes)
    summary.observations = observations
    summary.lost = lost
    summary.skipped = data.skipped.map(\.path)
    summary.warnings = context.messages.warnings
    context.messages.tellHeldBack()
    return CalibratedFile(summary: summary, rangeChoices: quantized.rangeChoices)
  }

  /// Observes, and nothing else.
  ///
  /// - Parameters:
  ///   - shard: of the samples in canonical order, whole units of them; what is not about statistics is decided by all.
  ///   - path: of the statistics file.
  public func observe(
    _ original: LoadedModel, _ preprocessing: Preprocessing, on samples: CalibrationSamples,
    _ shard: Shard = .all, to path: String
  ) throws -> Observations {
    let candidate = try candidate(original, preprocessing)
    let all = try samples.read(for: original, preprocessing, [method], context)
    let job = try better(candidate, original, preprocessing, on: all)
    let block = try Batching(all.source, for: Program(job.model)).unit
    let own = all.shard(shard, block: block)
    let cache = StatisticsCache(path: path)
    let observations =
      own.count > 0
      ? try observer(cache).observe(original, job, [scheme], own)
      : try cache.observations(from: StatisticsSource(original, job, own), targets: []) { .none }
    context.messages.tellHeldBack()
    return observations
  }

  /// What is to be quantized, once it is known that it can be.
  private func candidate(
    _ original: LoadedModel, _ preprocessing: Preprocessing
  ) throws -> QuantizationJob {
    context.messages.note(original.notes)
    context.messages.warn(options.target?.warnings(of: [scheme]) ?? [])
    let job = try QuantizationJob(original.model, preprocessing, options)
    try job.check([scheme])
    return job
  }

  private func better(
    _ job: QuantizationJob, _ original: LoadedModel, _ preprocessing: Preprocessing,
    on data: CalibrationData
  ) throws -> QuantizationJob {
    try EqualizationTrial(jobs: context.jobs, output: original.scores).better(
      of: job, original.model, preprocessing, scheme, on: data)
  }

  private func observer(_ cache: StatisticsCache) -> ObservationRun {
    ObservationRun(jobs: context.jobs, isQuiet: context.isQuiet, cache: cache)
  }

  private func quantized(
    _ job: QuantizationJob, _ original: LoadedModel, _ observations: Observations,
    _ data: CalibrationData, _ walk: CalibrationWalk
  ) throws -> (QuantizedModel, LostLayer?) {
    guard let limit else {
      return try job.checkedActivationBased(
        scheme, observations.statistics, method: method, on: data, walk)
    }
    let evaluator = Evaluator(jobs: context.jobs, output: original.scores)
    let search = try BitSearch(job, scheme, on: data, evaluator) { job, scheme in
      try job.activationBased(scheme, observations.statistics, method: method, on: data, walk)
    }
    let progress = Progress("sensitivity", total: job.layerCount, isQuiet: context.isQuiet)
    let found = try search.run(limit) { done, _ in progress.advance(to: done) }
    context.messages.tell(
      FrontierText.render(found.frontier, tried: found.tried, chosen: found.chosen.bits))
    return (found.chosen.quantized, nil)
  }
}

/// What a calibration wrote.
public struct CalibratedFile {
  public let summary: QuantizedFileSummary
  /// What `auto` chose each activation's range by.
  public let rangeChoices: RangeChoices
}

extension WalkJournal {
  /// Where solved layers are kept while a run with this statistics file is under way.
  public static func path(beside statistics: String) -> String { statistics + ".layers" }

  /// Goes on with the file beside a statistics file; says so where an interrupted run left one.
  static func open(
    beside statistics: String, modelSHA256: String, _ messages: RunMessages
  ) throws -> WalkJournal {
    let journal = try WalkJournal(path: path(beside: statistics), modelSHA256: modelSHA256)
    if let complaint = journal.complaint { messages.insist("warning: \(complaint)") }
    if journal.count > 0 {
      messages.tell(
        "\(journal.path) keeps \(journal.count) layers of an interrupted run; "
          + "those that the same options would give are taken over")
    }
    return journal
  }
}
