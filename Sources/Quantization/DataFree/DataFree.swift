import CalibrantONNXFormat

/// What the network's input can be, per channel, as its preprocessing says.
public struct InputDistribution: Sendable, Equatable {
  /// All four have one entry per channel.
  public var lower: [Float]
  public var upper: [Float]
  public var mean: [Float]
  public var variance: [Float]

  public init(lower: [Float], upper: [Float], mean: [Float], variance: [Float]) {
    precondition(
      !lower.isEmpty
        && [upper.count, mean.count, variance.count].allSatisfy { $0 == lower.count },
      "An input distribution has the same number of channels throughout.")
    (self.lower, self.upper, self.mean, self.variance) = (lower, upper, mean, variance)
  }
}

/// Activation ranges from the model file alone (Nagel et al. 2019, arXiv:1906.04721).
///
/// After a batch norm channel c is N(β, γ²) and its range β ± 6|γ|; elsewhere moments are propagated
/// through the layers. How the inputs of a layer are correlated is not known; between the two extremes
/// the wider is taken, so ranges behind many layers without batch norm can be several times too wide.
public enum DataFree {
  /// Predicted ranges of all float values whose distribution can be followed. Values behind operators
  /// that are not known here are missing.
  public static func ranges(of model: PreparedModel, input: InputDistribution)
    throws(QuantizationError) -> ActivationRanges
  {
    let moments = try moments(of: model, input: input)
    return ActivationRanges(
      tensors: moments.compactMapValues(\.range),
      channels: moments.compactMapValues(\.channelRanges))
  }

  /// Predicted means per channel, of the values whose distribution a batch norm states.
  ///
  /// Where moments are only propagated through layers, their ranges serve but their means are too far off to correct
  /// biases with: on SqueezeNet, which has no batch norm, they cost seven points.
  public static func means(of model: PreparedModel, input: InputDistribution)
    throws(QuantizationError) -> ChannelMeans
  {
    let propagated = valuesBehindPlainLayers(model)
    let moments = try moments(of: model, input: input)
    return ChannelMeans(
      moments.filter { !propagated.contains($0.key) }.mapValues { $0.channels.map(\.mean) })
  }

  /// Whether every layer reads what a batch norm states, or the network's input.
  public static func knowsEveryMean(of model: PreparedModel) -> Bool {
    let propagated = valuesBehindPlainLayers(model)
    return WeightedLayer.all(in: model.graph).allSatisfy { !propagated.contains($0.input) }
  }

  /// What layers without a batch norm compute, and all that follows from it up to the next batch norm.
  private static func valuesBehindPlainLayers(_ prepared: PreparedModel) -> Set<String> {
    var values: Set<String> = []
    for node in prepared.graph.nodes {
      let isLayer = node.traits.weight != nil
      for output in node.computed where prepared.normalized[output] == nil {
        if isLayer || node.read.contains(where: values.contains) { values.insert(output) }
      }
    }
    return values
  }

  static func moments(of prepared: PreparedModel, input: InputDistribution)
    throws(QuantizationError) -> [String: ChannelMoments]
  {
    let graph = prepared.graph
    var propagation = MomentPropagation(graph: graph, normalized: prepared.normalized)
    for value in graph.inputs where value.elementType == .float32 || value.elementType == .uint8 {
      propagation.known[value.name] = ChannelMoments(
        input.lower.indices.map { c in
          ChannelMoments.Channel(
            mean: Double(input.mean[c]), variance: Double(input.variance[c]),
            lower: Double(input.lower[c]), upper: Double(input.upper[c]))
        })
    }
    for node in graph.nodes { try propagation.visit(node) }
    return propagation.known
  }
}
