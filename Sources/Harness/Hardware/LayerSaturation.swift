import CalibrantEngine
import CalibrantONNXFormat

/// A layer whose 8-bit sums x86 CPUs without VNNI clamp for some input, and how much of that was seen.
public struct LayerSaturation: Sendable, Codable, Hashable {
  public let layer: String
  /// Output channels that have such pairs of weights, how many channels there are, and the pairs.
  public let channels: Int
  public let channelCount: Int
  public let pairs: Int
  /// The share of the layer's sums that was clamped on some images; nil where it was not measured.
  public var clamped: Double?

  init(_ risk: SaturationRisk, clamped: Double? = nil) {
    (layer, channels, channelCount, pairs) = (
      risk.layer, risk.channels, risk.channelCount, risk.pairs
    )
    self.clamped = clamped
  }

  /// What the weights of a file alone tell.
  public static func all(in model: Model) throws -> [LayerSaturation] {
    try SaturationRisk.all(in: model).map { LayerSaturation($0) }
  }
}

extension [LayerSaturation] {
  /// Images that clamped sums are counted on.
  private static var counted: Int { 8 }

  /// With the shares that are clamped on some of the images.
  func measured(
    on images: some SampleSource, model: Model, jobs: Int
  ) throws -> [LayerSaturation] {
    guard !isEmpty else { return self }
    let program = try Program(model, hardware: .noVNNI, countingClamps: true)
    let counted = SomeSamples(first: Self.counted, of: images)
    let batching = try Batching(counted, for: program)
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let worker = SessionBox(program)
      return { unit in _ = try worker.session.run(batching.inputs(unit, from: counted)) }
    } consume: { (_: Int, _: Void) in
    }
    let shares = program.clampedShares
    return map { layer in
      var layer = layer
      layer.clamped = shares[layer.layer] ?? 0
      return layer
    }
  }

  /// Layers that text lists; JSON has them all.
  private static var listed: Int { 4 }

  /// What a reader of one file should know; nil where nothing can be clamped.
  var sentence: String? {
    guard !isEmpty else { return nil }
    let named = sorted { $0.pairs > $1.pairs }.prefix(Self.listed).map {
      "\($0.layer) (\($0.channels) of \($0.channelCount) channels)"
    }
    let rest = count > Self.listed ? " and \(count - Self.listed) more" : ""
    return
      "on \(Hardware.noVNNI.description), sums of \(ReportText.count(count, "layer")) can be clamped "
      + "to 16 bits: \(named.joined(separator: ", "))\(rest)"
  }

  /// The layers that make the difference: those with most clamped sums, down to a hundredth of them.
  var responsible: String? {
    let felt = filter { ($0.clamped ?? 0) >= 0.01 }.sorted { ($0.clamped ?? 0) > ($1.clamped ?? 0) }
    guard !felt.isEmpty else { return nil }
    return felt.prefix(Self.listed).map {
      "\($0.layer) (\(ReportText.percent($0.clamped ?? 0, decimals: 1)) % of its sums)"
    }.joined(separator: ", ")
  }

  var json: JSONValue {
    .array(
      map { layer in
        .object([
          .init("layer", layer.layer), .init("channels", layer.channels),
          .init("channelCount", layer.channelCount), .init("pairs", layer.pairs),
          .init("clamped", layer.clamped),
        ])
      })
  }
}
