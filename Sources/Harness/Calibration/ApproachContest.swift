import Engine
import ONNXFormat
import Quantization
import Synchronization

extension QuantizationJob {
  /// `fitted`, or a simpler way to make the same file where held-out samples lose less of the network's outputs with it:
  /// weights rounded to nearest within min-max ranges, or all that is known without data.
  ///
  /// A method that was asked for by name keeps its ranges; `auto` and weight-only schemes leave them open.
  func best(
    of fitted: QuantizedModel, _ scheme: SchemeName, _ statistics: [String: TensorStatistics],
    method: any CalibrationMethod, on data: CalibrationData, _ walker: CalibrationWalk
  ) throws -> QuantizedModel {
    guard let judge = try walker.judge(of: self, scheme, on: data) else { return fitted }
    let isOpen = method is Auto || scheme.activationBits == nil
    var rivals: [(approach: Approach, make: () throws -> QuantizedModel)] = [
      (
        .nearest,
        {
          let ranges = ActivationRanges(
            statistics, method: isOpen ? MinMax() : method, grid: options.activations.grid)
          return try quantizer(scheme).quantize(model, ranges: ranges, fallback: predicted)
        }
      )
    ]
    if isOpen, options.correctsBiases, hasSyntheticImages {
      rivals.append((.dataFree, { try weightBased(scheme, isCorrected: true, walker) }))
    }
    var best = fitted
    var losses = [ApproachLoss(approach: .fitted, loss: try judge.loss(of: fitted.model))]
    for (approach, make) in rivals {
      try Interruption.check()
      let rival = try make()
      if options.saturationSafety == .always,
        !(try SaturationRisk.all(in: rival.model)).isEmpty
      {
        continue
      }
      let loss = try judge.loss(of: rival.model)
      if loss < losses.map(\.loss).min() ?? .infinity { best = rival }
      losses.append(ApproachLoss(approach: approach, loss: loss))
    }
    best.approaches = losses
    best.rangeChoices = fitted.rangeChoices
    return best
  }
}

/// What networks lose of their outputs, on several threads.
struct NetworkJudge {
  let loss: NetworkLoss
  let jobs: Int
  /// Whether a model counts by the hardware on which it loses most.
  let countsClamps: Bool

  func loss(of model: Model) throws -> Double {
    let exact = try loss.loss(of: model, executor: Workers(jobs: jobs))
    guard countsClamps, !(try SaturationRisk.all(in: model)).isEmpty else { return exact }
    return max(exact, try loss.loss(of: model, on: .noVNNI, executor: Workers(jobs: jobs)))
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
      "\($0.approach.rawValue) \(Self.percent($0.loss))"
    }
    return "taken is what loses least of the outputs' variance on held-out samples: "
      + "\(chosen.approach.rawValue) \(Self.percent(chosen.loss)) (\(others.joined(separator: ", ")))"
  }

  private static func percent(_ loss: Double) -> String {
    loss < 10 ? "\(ReportText.fixed(100 * loss, 2)) %" : "more than 1000 %"
  }
}
