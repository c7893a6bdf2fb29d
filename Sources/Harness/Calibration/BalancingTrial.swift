import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization

/// Whether balanced channels pay for a model: it is quantized with channels as they are, with the factors that cost nothing
/// at run time, and with all that gain, and taken is what then loses least of the network's outputs on other samples.
///
/// Each candidate is made of few samples in the plainest way: min-max ranges, weights rounded to nearest, biases as they are.
/// What a walk would repair it repairs of all of them, and how well it does so says more of chance than of factors.
struct BalancingTrial {
  /// With channels as they are.
  let job: QuantizationJob
  let preprocessing: Preprocessing
  let scheme: SchemeName
  let data: CalibrationData
  let jobs: Int

  /// As many samples are observed as judge, and no more than this.
  private static let samples = 32
  /// Factors have to take the loss to less than this share of what it is without them, and products to less than this share
  /// of what free factors leave: what few samples gain by less, a calibration may lose.
  private static let worthwhile = 0.6

  /// The job, or that of balanced channels with a note of what they gain.
  func better() throws -> QuantizationJob {
    let count = min(data.count / 2, Self.samples)
    guard job.options.mayBalance(scheme), count > 1 else { return job }
    let quantized = Set(try job.targets([scheme]).map(\.name))
    let balancing = try ChannelBalancing(job.model, quantized: quantized)
    guard !balancing.points.isEmpty else { return job }
    let observed = samples(0..<count).source
    let facts = try Calibrator(jobs: jobs).observe(balancing, of: job.model, on: observed)
    let rivals = try rivals(balancing, facts)
    guard !rivals.isEmpty,
      let judge = try CalibrationWalk(jobs: jobs).judge(
        of: job, scheme, on: samples(count..<2 * count))
    else { return job }
    let plain = try judge.exactLoss(of: file(job, on: observed))
    var (best, least) = (job, plain)
    for model in rivals {
      var rival = try job.balanced(model, preprocessing)
      let loss = try judge.exactLoss(of: file(rival, on: observed))
      guard loss < Self.worthwhile * least else { continue }
      rival.notes.append(note(model, from: plain, to: loss, count))
      (best, least) = (rival, loss)
    }
    return best
  }

  /// From the cheapest on; none that divides no more than one before.
  private func rivals(
    _ balancing: ChannelBalancing, _ facts: [ChannelFacts]
  ) throws -> [BalancedModel] {
    var rivals: [BalancedModel] = []
    for reach in ChannelBalancing.Reach.allCases {
      let model = try balancing.balanced(by: facts, bits: scheme.weightBits, reach)
      if let model, model.factors.count > rivals.last?.factors.count ?? 0 { rivals.append(model) }
    }
    return rivals
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

  private func file(_ job: QuantizationJob, on source: any SampleSource) throws -> Model {
    try Interruption.check()
    let seen = try Calibrator(jobs: jobs).observe(
      job.model, targets: job.targets([scheme]), on: source)
    let ranges = ActivationRanges(
      seen.statistics, method: MinMax(), grid: job.options.activations.grid)
    return try job.quantizer(scheme).quantize(
      job.prepared, ranges: ranges, fallback: job.predicted
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
