import CalibrantQuantization

/// A layer of which quantization leaves little: the first one in the network, for those after it read what it makes.
public struct LostLayer: Sendable, Equatable {
  public let name: String
  /// The share of its float outputs' variance that is error, on held-out samples.
  public let relativeError: Double
  /// Layers that were found to keep the network whole if they stay in float; empty where none were.
  public internal(set) var remedy: [String] = []
  /// The largest share of any layer with the remedy.
  public internal(set) var errorWithRemedy: Double?
  /// What is lost of the outputs, part by part, without and with the remedy (`NetworkLoss`); nil where class scores are
  /// judged by their layers.
  public internal(set) var outputLoss: Double?
  public internal(set) var outputLossWithRemedy: Double?

  /// From here on an output has more error than what is left of it. Measured: layers of sound networks stay below 0.06 at
  /// 8 and 4 bits, below 0.2 at 2.
  static let threshold = 0.5

  /// Where less than this of the outputs' variance is error no layer is lost, whatever its own error: the network can do
  /// without what the layer lost.
  static let networkThreshold = 0.1

  /// nil where every layer keeps most of its signal, the network does, or nothing was held out.
  ///
  /// - Parameter networkLoss: what the network loses of its outputs (`NetworkLoss`); nil where that is not known.
  init?(_ quantized: QuantizedModel, networkLoss: Double? = nil) {
    if let networkLoss, networkLoss < Self.networkThreshold { return nil }
    let lost = quantized.layers.first { ($0.relativeError ?? 0) > Self.threshold }
    guard let lost, let error = lost.relativeError else { return nil }
    (name, relativeError) = (lost.name, error)
  }

  /// What a reader has to know, and what to do.
  public var warning: String {
    let percent = ReportText.fixed(100 * min(relativeError, 10), 0)
    let lead =
      "this model loses a layer: quantized, \(relativeError > 10 ? "more than " : "")\(percent) % of "
      + "the variance of '\(name)' is error, and what follows inherits it"
    guard !remedy.isEmpty else {
      return lead + "; more bits (--bits, --layer-bits) or float activations may keep it"
    }
    let flags = remedy.map { "--exclude \(ReportedCommand.quoted($0, always: true))" }.joined(
      separator: " ")
    if let outputLoss, let outputLossWithRemedy {
      return lead + "; \(flags) keeps the outputs (tried: of their variance "
        + "\(Self.percent(outputLossWithRemedy)) is error, \(Self.percent(outputLoss)) without)"
    }
    let left = errorWithRemedy.map {
      " (tried: at most \(ReportText.fixed(100 * $0, 0)) % is left)"
    }
    return lead + "; \(flags) keeps it whole\(left ?? "")"
  }

  private static func percent(_ share: Double) -> String {
    share > 10 ? "more than 1000 %" : "\(ReportText.fixed(100 * share, 1)) %"
  }

  var json: JSONValue {
    .object(members)
  }

  private var members: [JSONValue.Member] {
    [
      .init("layer", .string(name)), .init("relativeError", .number(relativeError)),
      .init("exclude", .array(remedy.map(JSONValue.string))),
      .init("relativeErrorWithExclude", errorWithRemedy.map(JSONValue.number) ?? .null),
    ] + JSONValue.present("outputLoss", outputLoss.map(JSONValue.number))
      + JSONValue.present("outputLossWithExclude", outputLossWithRemedy.map(JSONValue.number))
  }
}

extension QuantizationJob {
  /// `activationBased`, or a simpler recipe where the network loses less with it; with a warning where a layer is lost:
  /// layers to leave in float are then looked for and tried.
  public func checkedActivationBased(
    _ scheme: SchemeName, _ statistics: [String: TensorStatistics], method: any CalibrationMethod,
    on data: CalibrationData, _ walker: CalibrationWalk
  ) throws -> (quantized: QuantizedModel, lost: LostLayer?) {
    let judge = try walker.judge(of: self, scheme, on: data)
    let fitted = try activationBased(
      scheme, statistics, method: method, on: data, walker, judge: judge)
    let quantized = try best(of: fitted, scheme, statistics, method: method, walker, judge: judge)
    let loss = quantized.approaches.map(\.loss).min()
    guard var lost = LostLayer(fitted, networkLoss: loss) else { return (quantized, nil) }
    let outputs = judge.flatMap { $0.loss.hasClassScores ? nil : $0 }
    lost.outputLoss = outputs == nil ? nil : loss
    let before = prepared.layersFeedingLayers()[lost.name] ?? []
    let remedies = [[lost.name], before, before + [lost.name]].filter { !$0.isEmpty }
    for remedy in remedies where remedy.count < quantized.layers.count {
      let tried = try leavingInFloat(remedy)
        .activationBased(scheme, statistics, method: method, on: data, walker, judge: judge)
      if let outputs {
        let left = try outputs.loss(of: tried.model).worst
        guard left < LostLayer.networkThreshold else { continue }
        lost.outputLossWithRemedy = left
      } else if LostLayer(tried) != nil {
        continue
      }
      lost.remedy = remedy
      lost.errorWithRemedy = tried.layers.compactMap(\.relativeError).max()
      break
    }
    return (quantized, lost)
  }
}

extension QuantizedModel {
  func warned(_ lost: LostLayer?) -> QuantizedModel {
    var model = self
    if let lost { model.warnings.append("warning: \(lost.warning)") }
    return model
  }
}
