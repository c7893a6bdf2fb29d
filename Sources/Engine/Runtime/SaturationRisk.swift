import CalibrantONNXFormat

/// A layer of 8-bit codes whose sums x86 without VNNI clamps for some input (`Hardware.noVNNI`).
public struct SaturationRisk: Sendable, Hashable, Codable {
  public let layer: String
  /// Output channels that have such pairs of weights, and how many there are in all.
  public let channels: Int
  public let channelCount: Int
  public let pairs: Int

  public init(layer: String, channels: Int, channelCount: Int, pairs: Int) {
    (self.layer, self.channels) = (layer, channels)
    (self.channelCount, self.pairs) = (channelCount, pairs)
  }

  /// Layers of 8-bit codes for which `registry` has kernels.
  static func all(
    in model: Model, registry: OperatorRegistry
  ) throws(GraphError) -> [SaturationRisk] {
    let graph = try Lowering(registry: registry, hardware: .noVNNI).onCodes(
      Graph(model).resolved(), keeping: [])
    return graph.nodes.compactMap { graph.saturationRisk(of: $0) }
  }
}

extension Graph {
  /// - Parameter node: one that is to clamp pairs.
  func saturationRisk(of node: Node) -> SaturationRisk? {
    guard node.clampsPairs, let (codes, order) = integerWeights(of: node) else { return nil }
    let pairs = SaturatingPairs(codes, order)
    guard !pairs.isEmpty else { return nil }
    return SaturationRisk(
      layer: node.name, channels: pairs.outputCount, channelCount: pairs.ofOutput.count,
      pairs: pairs.pairCount)
  }

  /// Outputs × depth, and the order of products; nil for layers whose products are never paired.
  private func integerWeights(of node: Node) -> ([Int8], PairOrder)? {
    guard let position = Self.weightInput(of: node),
      position < node.inputs.count, let weights = constant(node.inputs[position]),
      weights.dtype == .int8, weights.count > 0
    else { return nil }
    let (codes, shape) = (weights.array(of: Int8.self), weights.shape)
    if node.own is CodeMatMul { return (codes, PairOrder(channels: shape[1])) }
    switch node.opType {
    case "QLinearMatMul", "MatMulInteger":
      guard shape.rank == 2 else { return nil }
      return (
        codes.indices.map { codes[$0 % shape[0] * shape[1] + $0 / shape[0]] },
        PairOrder(channels: shape[0])
      )
    case "QGemm":
      guard shape.rank == 2, let isTransposed = try? node.attributes.flag("transB") else {
        return nil
      }
      guard !isTransposed else { return (codes, PairOrder(channels: shape[1])) }
      return (
        codes.indices.map { codes[$0 % shape[0] * shape[1] + $0 / shape[0]] },
        PairOrder(channels: shape[0])
      )
    default:
      let own = node.own(as: CodeConv.self)?.group
      guard shape.rank >= 3, let group = try? own ?? node.attributes.int("group", default: 1),
        shape[1] > 1 || shape[0] != group
      else { return nil }
      return (codes, PairOrder(channels: shape[1], positions: shape.count(2...)))
    }
  }

  private static func weightInput(of node: Node) -> Int? {
    if node.own is any LayerOnCodes { return 1 }
    return switch node.opType {
    case "ConvInteger", "MatMulInteger": 1
    case "QLinearConv", "QLinearMatMul", "QGemm": 3
    default: nil
    }
  }
}

extension Program {
  /// The share of each layer's sums that clamped pairs have changed, over all runs of the program; only layers that had
  /// some, by name. Empty where the program was not made to count.
  public var clampedShares: [String: Double] {
    var shares: [String: Double] = [:]
    for node in graph.nodes {
      guard let clamps = (node.own as? any LayerOnCodes)?.clamps, clamps.clamped > 0 else {
        continue
      }
      shares[node.name] = Double(clamps.clamped) / Double(clamps.all)
    }
    return shares
  }
}
