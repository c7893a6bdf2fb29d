/// Layers whose return to float wins back most of what quantization cost, at a price in bytes.
public struct LayerSuggestion: Sendable {
  public let layers: [String]
  /// The share of all weights that become float again.
  public let weightShare: Double
  /// What the file grows by.
  public let bytes: Int
  /// Against the float model on every image of the data, before and after.
  public let before: PairedCounts
  public let after: PairedCounts

  /// The share of the drop that is won back; nil where there was no drop.
  public var recovered: Double? {
    before.drop > 0 ? 1 - after.drop / before.drop : nil
  }

  /// Options of `quantize`, `calibrate` and `compare`.
  public var flags: String {
    layers.map { "--exclude '\($0)'" }.joined(separator: " ")
  }
}

/// Chooses layers to return to float: in the order of the damage each does alone, as many as win back
/// nine tenths of the drop on the sample, within a share of the weights.
struct SuggestionSearch<Source: SampleSource> {
  let bench: VariantBench<Source>
  /// Positions of layers, the most damaging first.
  let ranking: [Int]

  static var largestShare: Double { 0.25 }
  static var goal: Double { 0.9 }

  private var weightCount: Int { bench.map.layers.reduce(0) { $0 + $1.elementCount } }

  /// The positions to keep in float; empty where nothing is lost on the sample.
  func run(rounded: VariantEffect) throws -> Set<Int> {
    let lost = rounded.counts(against: bench.floatEffect).drop
    guard lost > 0 else { return [] }
    let affordable = affordable()
    var best: (drop: Double, layers: Set<Int>) = (lost, [])
    var count = 1
    while count <= affordable.count {
      let kept = Set(affordable.prefix(count))
      let drop = try bench.effect(keeping: kept).counts(against: bench.floatEffect).drop
      if drop < best.drop { best = (drop, kept) }
      if best.drop <= (1 - Self.goal) * lost { break }
      count += max(1, count / 3)
    }
    return best.layers
  }

  /// The ranking without layers that would make too many weights float.
  private func affordable() -> [Int] {
    let limit = Int(Self.largestShare * Double(weightCount))
    var used = 0
    return ranking.filter { index in
      let size = bench.map.layers[index].elementCount
      guard used + size <= limit else { return false }
      used += size
      return true
    }
  }
}
