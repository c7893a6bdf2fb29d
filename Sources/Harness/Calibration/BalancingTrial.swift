import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization

/// Whether balanced channels pay for a model: it is quantized with channels as they are, with the factors that cost nothing
/// at run time, and with all that gain, and taken is what then loses least of the network's outputs on other samples.
///
/// Each candidate costs a short calibration: few samples, min-max ranges, weights rounded to nearest, corrected biases.
struct BalancingTrial {
  let jobs: Int

  /// As many samples are fitted as judge, and no more than this.
  private static let samples = 32
  /// Factors have to take the loss to less than this share of what it is without: what a short calibration gains by less, a
  /// whole one may lose.
  private static let worthwhile = 0.5

  /// - Parameter job: with channels as they are.
  /// - Returns: `job`, or that of balanced channels with a note of what they gain.
  func better(
    of job: QuantizationJob, _ preprocessing: Preprocessing, _ scheme: SchemeName,
    on data: CalibrationData
  ) throws -> QuantizationJob {
    let count = min(data.count / 2, Self.samples)
    guard job.options.mayBalance(scheme), count > 1 else { return job }
    let quantized = Set(try job.targets([scheme]).map(\.name))
    let balancing = try ChannelBalancing(job.model, quantized: quantized)
    let fitted = CalibrationData(
      SomeSamples(first: count, of: data.source), digest: "trial", preparation: "trial")
    let judges = CalibrationData(
      SomeSamples(data.source, at: count..<2 * count), digest: "trial", preparation: "trial")
    let walker = CalibrationWalk(jobs: jobs)
    guard !balancing.points.isEmpty,
      let judge = try walker.judge(of: job, scheme, on: judges)
    else { return job }
    let facts = try Calibrator(jobs: jobs).observe(balancing, of: job.model, on: fitted.source)
    func loss(_ job: QuantizationJob) throws -> Double {
      try judge.exactLoss(of: file(job, scheme, on: fitted, walker))
    }
    var rivals: [BalancedModel] = []
    for reach in [ChannelBalancing.Reach.free, .all] {
      let model = try balancing.balanced(by: facts, bits: scheme.weightBits, reach)
      if let model, model.factors.count > rivals.last?.factors.count ?? 0 { rivals.append(model) }
    }
    guard !rivals.isEmpty else { return job }
    let plain = try loss(job)
    var best = (job: job, loss: plain, model: BalancedModel?.none)
    for model in rivals {
      let rival = try job.balanced(model, preprocessing)
      let loss = try loss(rival)
      if loss < Self.worthwhile * best.loss { best = (rival, loss, model) }
    }
    if let model = best.model {
      best.job.notes.append(note(model, from: plain, to: best.loss, count))
    }
    return best.job
  }

  private func note(
    _ model: BalancedModel, from plain: Double, to balanced: Double, _ count: Int
  ) -> String {
    let cost =
      model.products == 0
      ? "at no cost" : "for \(ReportText.count(model.products, "added product"))"
    return
      "channels of \(ReportText.count(model.factors.count, "activation")) are balanced \(cost): on "
      + "\(ReportText.count(count, "held-out sample")) that loses, of the outputs' variance, "
      + "\(ReportText.percent(balanced)) %, else \(ReportText.percent(plain)) %"
  }

  private func file(
    _ job: QuantizationJob, _ scheme: SchemeName, on data: CalibrationData,
    _ walker: CalibrationWalk
  ) throws -> Model {
    try Interruption.check()
    var options = job.options
    options.rounding = .nearest
    options.saturationSafety = .never
    let job = job.with(options)
    let seen = try Calibrator(jobs: jobs).observe(
      job.model, targets: job.targets([scheme]), on: data.source)
    return try job.activationBased(
      scheme, seen.statistics, method: MinMax(), on: data, walker, judge: nil
    ).model
  }
}

extension QuantizationOptions {
  /// Whether to try factors for a scheme: not where another way of scaling channels was asked for.
  fileprivate func mayBalance(_ scheme: SchemeName) -> Bool {
    equalizes == nil && !equalizesModel && balance == nil && scheme.activationBits != nil
      && !policy.usesPerChannelActivations
  }
}
