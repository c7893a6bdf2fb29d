import Engine
import Imaging
import ONNXFormat
import Quantization

/// Whether equalized channels pay for a model: both float models are quantized with some of the calibration samples, and
/// the one whose scores then lose less on others is taken.
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
  /// - Returns: `job`, also where the model's output is no class scores to judge by; or the same without equalization and
  ///   with a note that says why.
  public func better(
    of job: QuantizationJob, _ model: Model, _ preprocessing: Preprocessing, _ scheme: SchemeName,
    on data: CalibrationData
  ) throws -> QuantizationJob {
    let count = min(data.count / 2, Self.samples)
    guard job.options.equalizes == nil, job.options.equalizesModel, count > 0 else { return job }
    var options = job.options
    options.equalizes = false
    var plain = try QuantizationJob(model, preprocessing, options)
    let judges = FirstSamples(RemainingSamples(data.source, from: count), count)
    let float: Scores
    do {
      float = try scores(of: model, on: judges)
    } catch HarnessError.notClassScores {
      return job
    }
    let fitted = CalibrationData(
      FirstSamples(data.source, count), digest: "trial", preparation: "trial")
    func loss(_ job: QuantizationJob) throws -> Double {
      let scores = try scores(of: quantized(job, scheme, on: fitted), on: judges)
      return ScoreDistance(original: float, other: scores).divergence
    }
    let (equalized, original) = (try loss(job), try loss(plain))
    guard original < equalized else { return job }
    plain.notes.append(
      "channels are not equalized: on \(ReportText.count(count, "held-out sample")) that leaves a KL divergence of "
        + "\(ReportText.fixed(original, 4)), equalized \(ReportText.fixed(equalized, 4))")
    return plain
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

  private func scores(of model: Model, on judges: FirstSamples) throws -> Scores {
    try Evaluator(jobs: jobs, output: output).scores(of: Program(model), on: judges)
  }
}
