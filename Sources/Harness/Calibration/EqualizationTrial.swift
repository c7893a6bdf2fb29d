import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization

/// Whether equalized channels pay for a model: both float models are quantized with some of the calibration samples, and
/// the one that then loses less on others is taken. Class scores are judged by their divergence, any other outputs part by
/// part (`NetworkLoss`).
public struct EqualizationTrial: Sendable {
  public var jobs: Int
  /// The output whose scores judge; nil takes the first.
  public var output: ScoreOutput?

  /// As many samples are fitted as judge, and no more than this: the trial costs two short calibrations.
  private static let samples = 32

  public init(jobs: Int, output: ScoreOutput? = nil) {
    self.jobs = jobs
    self.output = output
  }

  /// - Parameter job: of `model`; tried where its options leave open whether to equalize, and do.
  /// - Returns: `job`, or the same without equalization and with a note that says why.
  public func better(
    of job: QuantizationJob, _ model: Model, _ preprocessing: Preprocessing, _ scheme: SchemeName,
    on data: CalibrationData
  ) throws -> QuantizationJob {
    let count = min(data.count / 2, Self.samples)
    guard job.options.equalizes == nil, job.options.equalizesModel, count > 0 else {
      return try BalancingTrial(
        job: job, preprocessing: preprocessing, scheme: scheme, data: data, jobs: jobs
      ).better()
    }
    var options = job.options
    options.equalizes = false
    var plain = try QuantizationJob(model, preprocessing, options)
    let judges = SomeSamples(data.source, at: count..<2 * count)
    let fitted = CalibrationData(
      SomeSamples(first: count, of: data.source), digest: "trial", preparation: "trial")
    func file(_ job: QuantizationJob) throws -> Model { try quantized(job, scheme, on: fitted) }
    let losses =
      try scoreLosses(of: model, [job, plain], on: judges, file)
      ?? outputLosses(of: [job, plain], scheme, on: judges, file)
    guard let losses, losses.values[1] < losses.values[0] else { return job }
    plain.notes.append(
      "channels are not equalized: on \(ReportText.count(count, "held-out sample")) that \(losses.verb) "
        + "\(losses.text(losses.values[1])), equalized \(losses.text(losses.values[0]))")
    return plain
  }

  /// What files lose, and how that is said.
  private struct Losses {
    let values: [Double]
    let verb: String
    let text: (Double) -> String
  }

  /// - Returns: nil where the output is no class scores.
  private func scoreLosses(
    of model: Model, _ jobs: [QuantizationJob], on judges: SomeSamples,
    _ file: (QuantizationJob) throws -> Model
  ) throws -> Losses? {
    let float: Scores
    do {
      float = try scores(of: model, on: judges)
    } catch HarnessError.notClassScores {
      return nil
    }
    let values = try jobs.map {
      ScoreDistance(original: float, other: try scores(of: file($0), on: judges)).divergence
    }
    return Losses(values: values, verb: "leaves a KL divergence of") { ReportText.fixed($0, 4) }
  }

  /// - Returns: nil where no output varies.
  private func outputLosses(
    of jobs: [QuantizationJob], _ scheme: SchemeName, on judges: SomeSamples,
    _ file: (QuantizationJob) throws -> Model
  ) throws -> Losses? {
    let samples = CalibrationData(judges, digest: "trial", preparation: "trial")
    var values: [Double] = []
    for job in jobs {
      // Of its own float network, which is the same function.
      let judge = try CalibrationWalk(jobs: self.jobs).judge(of: job, scheme, on: samples)
      guard let judge else { return nil }
      values.append(try judge.exactLoss(of: file(job)))
    }
    return Losses(values: values, verb: "loses, of the outputs' variance,") {
      "\(ReportText.percent($0)) %"
    }
  }

  private func quantized(
    _ job: QuantizationJob, _ scheme: SchemeName, on data: CalibrationData
  ) throws -> Model {
    try Interruption.check()
    let targets = try job.targets([scheme])
    let statistics =
      targets.isEmpty
      ? [:]
      : try Calibrator(jobs: jobs).observe(job.model, targets: targets, on: data.source).statistics
    return try job.activationBased(
      scheme, statistics, method: MinMax(), on: data, CalibrationWalk(jobs: jobs)
    ).model
  }

  private func scores(of model: Model, on judges: SomeSamples) throws -> Scores {
    try Evaluator(jobs: jobs, output: output).scores(of: Program(model), on: judges)
  }
}
