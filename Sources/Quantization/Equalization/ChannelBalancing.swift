import CalibrantEngine
import CalibrantONNXFormat

/// Gives the channels of activations like ranges, for all channels of a tensor share one scale.
///
/// Behind a gate (SiLU, HardSwish, squeeze-and-excite) and at the input of a depthwise layer channels differ most, and neither
/// a scale per output channel of the weights nor equalized weights help. What was observed of the channels says by how much to divide each
/// (`BalanceFactors`); `ChannelDivision` says where. The layers that read them multiply the factors back, so the float model
/// computes what it did.
public struct ChannelBalancing: Sendable {
  private let graph: Graph
  /// The values whose channels can be balanced, in the order of the graph.
  public let points: [BalancePoint]

  /// Noise has to shrink to this share of what it was for factors to be worth it.
  private static let worthwhile = 0.8

  /// - Parameter quantized: the names of the values that get a quantizer, for others gain nothing; nil takes all.
  public init(_ model: Model, quantized: Set<String>? = nil) throws(QuantizationError) {
    var graph = Graph(model)
    graph.hoistConstants()
    graph = graph.removingIdentities(keeping: graph.pinned)
    graph.foldConstants()
    self.graph = graph
    let search = DivisionSearch(graph)
    points = BalancePoint.all(in: graph).filter {
      quantized?.contains($0.value) ?? true && ChannelDivision(of: $0, in: search) != nil
    }
  }

  /// Which factors to take.
  public enum Reach: Sendable, CaseIterable {
    /// Those that cost no product of a whole value at run time.
    case free
    case all
  }

  /// The model with balanced channels.
  ///
  /// - Parameters:
  ///   - facts: of the points, in their order.
  ///   - bits: of weights.
  /// - Returns: nil where there is nothing to gain.
  public func balanced(
    by facts: [ChannelFacts], bits: Int, _ reach: Reach
  ) throws(QuantizationError) -> BalancedModel? {
    var graph = graph
    var result = BalancedModel(model: graph.model())
    for (point, facts) in zip(points, facts) {
      // Of the graph as it is by now: a layer may be the reader of one point and the source of the next.
      guard let point = BalancePoint.all(in: graph).first(where: { $0.value == point.value }),
        let division = ChannelDivision(of: point, in: DivisionSearch(graph)),
        reach == .all || division.cost < .product,
        let factors = try BalanceFactors(
          point, facts, bits: bits, mayTurn: division.mayTurn, in: graph),
        factors.noise <= Self.worthwhile
      else { continue }
      try graph.divide(point, by: factors.values, division)
      result.factors.append((point.value, factors.values))
      if division.cost == .product { result.products += 1 }
    }
    guard !result.factors.isEmpty else { return nil }
    result.model = graph.withoutDeadNodes(keeping: graph.pinned).model()
    result.model.metadata[BalancedModel.mark] = "\(result.factors.count) activations"
    return result
  }
}

/// A model whose channels were balanced, and how.
public struct BalancedModel: Sendable {
  /// Of the metadata of a model with balanced channels, and of all files made of it.
  static let mark = "calibrant.balanced"

  public fileprivate(set) var model: Model
  /// Values whose channels were divided, and by what.
  public fileprivate(set) var factors: [(value: String, factors: [Double])] = []
  /// Products of whole values that this took.
  public fileprivate(set) var products = 0
}
