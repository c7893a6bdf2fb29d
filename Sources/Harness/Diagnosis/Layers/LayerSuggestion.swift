/// Layers whose return to float, or to 8 bits where they have fewer, wins back most of what quantization
/// cost, at a price in bytes.
public struct LayerSuggestion: Sendable {
  /// Layers to keep in float.
  public let floats: [String]
  /// Layers of fewer bits to give 8, which wins back nearly what float would.
  public let eightBits: [String]
  /// The share of all weights that become float again.
  public let weightShare: Double
  /// What the file grows by.
  public let bytes: Int
  /// Images that it was measured on.
  public let count: Int
  /// Against the float model, before and after: on images that the choice did not see, where there are
  /// any, as layers that were chosen for what they win on some images win less on others.
  public let before: MetricDifference
  public let after: MetricDifference
  public let isHeldOut: Bool

  /// The share of the drop that is won back; nil where there was no drop.
  public var recovered: Double? {
    guard let lost = before.drop, let left = after.drop, lost > 0 else { return nil }
    return 1 - left / lost
  }

  /// Options of `quantize`, `calibrate` and `compare`.
  public var flags: String {
    (floats.map { "--exclude \(ReportedCommand.quoted($0, always: true))" }
      + eightBits.map { "--layer-bits \(ReportedCommand.quoted("\($0)=8", always: true))" })
      .joined(separator: " ")
  }
}

/// Chooses layers to return to float, one after the other: each time the one that takes most error from
/// the outputs, given those chosen before. Ends when nine tenths of the drop on the sample are won back,
/// and stays within a share of the weights.
struct SuggestionSearch {
  /// Counts what is won.
  let bench: any VariantBench
  /// Compares candidates, on fewer samples: errors of outputs say more than the metric.
  let probe: any VariantBench
  /// Positions of layers, the most damaging first.
  let ranking: [Int]

  static var largestShare: Double { 0.25 }
  static var goal: Double { 0.9 }
  /// Layers compared in each step, and steps.
  static var candidates: Int { 10 }
  static var steps: Int { 16 }

  private var weightCount: Int { bench.map.layers.reduce(0) { $0 + $1.elementCount } }

  /// What to change; nothing where nothing is lost on the sample.
  func run(rounded: VariantEffect) throws -> LayerRemedy {
    let lost = rounded.drop(from: bench.floatEffect)
    guard lost >= rounded.measure.leastLoss else { return LayerRemedy() }
    var best: (drop: Double, layers: Set<Int>) = (lost, [])
    var kept: Set<Int> = []
    let enough = (1 - Self.goal) * lost
    while best.drop > enough, kept.count < Self.steps,
      let layer = try mostHelpful(besides: kept)
    {
      kept.insert(layer)
      let drop = try drop(LayerRemedy(floats: kept))
      if drop < best.drop { best = (drop, kept) }
    }
    return try cheaper(LayerRemedy(floats: best.layers), lost: lost, won: lost - best.drop)
  }

  private func drop(_ remedy: LayerRemedy) throws -> Double {
    try bench.effect(of: remedy).drop(from: bench.floatEffect)
  }

  /// 8 bits in place of float, layer by layer, as long as nine tenths of what float wins remain won.
  private func cheaper(_ floats: LayerRemedy, lost: Double, won: Double) throws -> LayerRemedy {
    var remedy = floats
    for layer in floats.floats.sorted() where bench.map.layers[layer].bits.map({ $0 < 8 }) ?? false
    {
      try Interruption.check()
      var other = remedy
      other.floats.remove(layer)
      other.eightBits.insert(layer)
      if lost - (try drop(other)) >= Self.goal * won { remedy = other }
    }
    return remedy
  }

  private func mostHelpful(besides kept: Set<Int>) throws -> Int? {
    let candidates = affordable(besides: kept).prefix(Self.candidates)
    let noises = try candidates.map { layer in
      try Interruption.check()
      return try probe.effect(of: LayerRemedy(floats: kept.union([layer]))).cost
    }
    return zip(candidates, noises).min { $0.1 < $1.1 }?.0
  }

  /// The ranking without layers that would make too many weights float.
  private func affordable(besides kept: Set<Int>) -> [Int] {
    let layers = bench.map.layers
    let used = kept.reduce(0) { $0 + layers[$1].elementCount }
    let limit = Int(Self.largestShare * Double(weightCount))
    return ranking.filter { !kept.contains($0) && used + layers[$0].elementCount <= limit }
  }
}
