import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization
import Synchronization

extension QuantizationJob {
  /// `fitted`, or a simpler way to make the same file where held-out samples lose less of the network's outputs with it:
  /// weights rounded to nearest within min-max ranges, or all that is known without data.
  ///
  /// A method that was asked for by name keeps its ranges; `auto` and weight-only schemes leave them open.
  func best(
    of fitted: QuantizedModel, _ scheme: SchemeName, _ statistics: [String: TensorStatistics],
    method: any CalibrationMethod, _ walker: CalibrationWalk, judge: NetworkJudge?
  ) throws -> QuantizedModel {
    guard let judge else { return fitted }
    let isOpen = !method.candidates.isEmpty || scheme.activationBits == nil
    var contest = try ApproachContest(
      judge: judge, refusesClamps: options.saturationSafety == .always, fitted)
    let ranges = ActivationRanges(
      statistics, method: isOpen ? MinMax() : method, grid: options.activations.grid
    ).leaving(fitted.rangeChoices.ranges.floats)
    try contest.enter(
      .nearest, quantizer(scheme).quantize(prepared, ranges: ranges, fallback: predicted))
    if isOpen, options.correctsBiases, hasSyntheticImages, options.effort != .quick {
      let least = contest.leastExact
      if let loss = try reasonAgainstDataFree(scheme, judge, walker, fitted, least) {
        contest.leave(loss)
      } else {
        try contest.enter(.dataFree, weightBased(scheme, isCorrected: true, walker))
      }
    }
    var best = contest.best
    best.approaches = contest.losses
    best.rangeChoices = fitted.rangeChoices
    if contest.taken == .dataFree { best.rangeChoices.floats = nil }
    return best
  }

  /// A loss for which the recipe without data need not be made, which takes a walk over synthetic images.
  ///
  /// Where the file states every mean, that is what it loses before weights are kept from clamped sums, which costs exact
  /// sums some more. Elsewhere it is what its ranges lose with float weights, as a few images give them: if that is far more
  /// than the chosen ranges lose, and than all that is lost by what was made, then nothing is better in that recipe.
  /// Weights rounded plainly, and biases from data, were compared when layers were judged.
  private func reasonAgainstDataFree(
    _ scheme: SchemeName, _ judge: NetworkJudge, _ walker: CalibrationWalk,
    _ fitted: QuantizedModel, _ least: Double
  ) throws -> ApproachLoss? {
    guard scheme.activationBits != nil else { return nil }
    if let plain = try withoutWalk(scheme) {
      let loss = try judge.exactLoss(of: plain.model)
      return loss < least ? nil : ApproachLoss(approach: .dataFree, loss: loss)
    }
    guard let chosen = fitted.rangeChoices.chosen?.error else { return nil }
    let loss = try judge.exactLoss(of: roundingWithoutData(scheme, walker))
    return loss < Self.far * max(least, chosen)
      ? nil : ApproachLoss(approach: .dataFree, loss: loss, isOfRangesAlone: true)
  }

  /// More than a few images' ranges can differ by from those of all.
  private static let far = 2.0
}

/// Ways to make a file, and the one that loses least.
private struct ApproachContest {
  let judge: NetworkJudge
  /// Whether files whose sums some CPU clamps are out of the question.
  let refusesClamps: Bool
  private(set) var best: QuantizedModel
  private(set) var taken = Approach.fitted
  private(set) var losses: [ApproachLoss]
  private var least: Double
  /// What the best loses where no sum is clamped.
  private(set) var leastExact: Double

  init(judge: NetworkJudge, refusesClamps: Bool, _ fitted: QuantizedModel) throws {
    (self.judge, self.refusesClamps, best) = (judge, refusesClamps, fitted)
    let loss = try judge.loss(of: fitted.model)
    (leastExact, least) = (loss.exact, loss.worst)
    losses = [ApproachLoss(approach: .fitted, loss: loss.worst)]
  }

  /// Notes a rival that is not made.
  mutating func leave(_ loss: ApproachLoss) { losses.append(loss) }

  mutating func enter(_ approach: Approach, _ rival: QuantizedModel) throws {
    try Interruption.check()
    if refusesClamps, !(try SaturationRisk.all(in: rival.model)).isEmpty { return }
    let loss = try judge.loss(of: rival.model, ifBelow: least)
    if loss.worst < least {
      (best, taken, least, leastExact) = (rival, approach, loss.worst, loss.exact)
    }
    losses.append(ApproachLoss(approach: approach, loss: loss.worst))
  }
}

/// What networks lose of their outputs, on several threads.
struct NetworkJudge {
  let loss: NetworkLoss
  let jobs: Int
  /// Whether a model counts by the hardware on which it loses most.
  let countsClamps: Bool

  /// - Parameter bound: a loss on one kind of hardware that is no less need not be known on the others.
  func loss(
    of model: Model, ifBelow bound: Double = .infinity
  ) throws -> (exact: Double, worst: Double) {
    let exact = try exactLoss(of: model)
    guard countsClamps, exact < bound, !(try SaturationRisk.all(in: model)).isEmpty else {
      return (exact, exact)
    }
    let clamped = try loss.loss(of: model, on: .noVNNI, executor: ThreadedExecutor(jobs: jobs))
    return (exact, max(exact, clamped))
  }

  func exactLoss(of model: Model) throws -> Double {
    try loss.loss(of: model, executor: ThreadedExecutor(jobs: jobs))
  }
}

/// What was made without data, by scheme: a comparison and `auto` ask for the same.
///
/// A class, so that copies of a job with the same options share it.
final class DataFreeModels: Sendable {
  private let known = Mutex<[String: QuantizedModel]>([:])

  func model(_ scheme: SchemeName, make: () throws -> QuantizedModel) rethrows -> QuantizedModel {
    if let made = known.withLock({ $0[scheme.text] }) { return made }
    let made = try make()
    known.withLock { $0[scheme.text] = made }
    return made
  }
}

extension QuantizedModel {
  /// What was compared, and what it was compared by; nil where there was no choice.
  var approachNote: String? {
    guard let chosen = approaches.min(by: { $0.loss < $1.loss }), approaches.count > 1 else {
      return nil
    }
    let others = approaches.filter { $0 != chosen }.map {
      "\($0.approach.rawValue) \(Self.percent($0.loss))\($0.isOfRangesAlone ? " by its ranges alone" : "")"
    }
    return "taken is what loses least of the outputs' variance on held-out samples: "
      + "\(chosen.approach.rawValue) \(Self.percent(chosen.loss)) (\(others.joined(separator: ", ")))"
  }

  private static func percent(_ loss: Double) -> String {
    loss < 10 ? "\(ReportText.fixed(100 * loss, 2)) %" : "more than 1000 %"
  }
}
