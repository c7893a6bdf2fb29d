import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization

/// Whether balanced channels pay for a model: it is quantized with channels as they are, with the factors that cost nothing
/// at run time, and with all that gain, and taken is what then loses least of the network's outputs on other samples.
///
/// Each candidate costs a short calibration: few samples, min-max ranges, weights rounded to nearest, corrected biases. What
/// gains on very few has to do so again on more.
struct BalancingTrial {
  /// With channels as they are.
  let job: QuantizationJob
  let preprocessing: Preprocessing
  let scheme: SchemeName
  let data: CalibrationData
  let jobs: Int

  /// As many samples are fitted as judge, and no more than this.
  private static let samples = 32
  /// Of these many, first: most networks show that they gain nothing.
  private static let firstSamples = 8
  /// Factors have to take the loss to less than this share of what it is without: what a short calibration gains by less, a
  /// whole one may lose.
  private static let worthwhile = 0.5

  /// The job, or that of balanced channels with a note of what they gain.
  func better() throws -> QuantizationJob {
    let count = min(data.count / 2, Self.samples)
    guard job.options.mayBalance(scheme), count > 1 else { return job }
    let quantized = Set(try job.targets([scheme]).map(\.name))
    let balancing = try ChannelBalancing(job.model, quantized: quantized)
    guard !balancing.points.isEmpty else { return job }
    var reaches = ChannelBalancing.Reach.allCases
    if count > 2 * Self.firstSamples {
      guard let first = try taken(balancing, reaches, Self.firstSamples) else { return job }
      reaches = [first.reach]
    }
    return try taken(balancing, reaches, count)?.job ?? job
  }

  /// - Parameter count: of the samples that are fitted, and of those that judge.
  /// - Returns: nil where channels are best left as they are.
  private func taken(
    _ balancing: ChannelBalancing, _ reaches: [ChannelBalancing.Reach], _ count: Int
  ) throws -> (job: QuantizationJob, reach: ChannelBalancing.Reach)? {
    let fitted = samples(0..<count)
    guard
      let judge = try CalibrationWalk(jobs: jobs).judge(
        of: job, scheme, on: samples(count..<2 * count))
    else { return nil }
    let facts = try Calibrator(jobs: jobs).observe(balancing, of: job.model, on: fitted.source)
    var rivals: [(reach: ChannelBalancing.Reach, model: BalancedModel)] = []
    for reach in reaches {
      let model = try balancing.balanced(by: facts, bits: scheme.weightBits, reach)
      if let model, model.factors.count > rivals.last?.model.factors.count ?? 0 {
        rivals.append((reach, model))
      }
    }
    guard !rivals.isEmpty else { return nil }
    let plain = try judge.exactLoss(of: file(job, on: fitted))
    var best: (job: QuantizationJob, reach: ChannelBalancing.Reach)?
    var least = plain
    for (reach, model) in rivals {
      var rival = try job.balanced(model, preprocessing)
      let loss = try judge.exactLoss(of: file(rival, on: fitted))
      guard loss < Self.worthwhile * least else { continue }
      rival.notes.append(note(model, from: plain, to: loss, count))
      (best, least) = ((rival, reach), loss)
    }
    return best
  }

  private func samples(_ range: Range<Int>) -> CalibrationData {
    CalibrationData(
      SomeSamples(data.source, at: range), digest: "trial \(range)", preparation: "trial")
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

  private func file(_ job: QuantizationJob, on data: CalibrationData) throws -> Model {
    try Interruption.check()
    var options = job.options
    options.rounding = .nearest
    options.saturationSafety = .never
    let job = job.with(options)
    let seen = try Calibrator(jobs: jobs).observe(
      job.model, targets: job.targets([scheme]), on: data.source)
    return try job.activationBased(
      scheme, seen.statistics, method: MinMax(), on: data, CalibrationWalk(jobs: jobs), judge: nil
    ).model
  }
}

extension QuantizationOptions {
  /// Whether to try factors for a scheme: not where another way of scaling channels was asked for.
  fileprivate func mayBalance(_ scheme: SchemeName) -> Bool {
    effort != .quick && equalizes == nil && !equalizesModel && balance == nil
      && scheme.activationBits != nil
      && !policy.usesPerChannelActivations
  }
}
