/// How layers of 8-bit codes are computed.
enum Arithmetic: Sendable {
  /// On the values that codes stand for.
  case float
  /// On the codes, sums of two products clamped to 16 bits as `Hardware.noVNNI` does.
  case clampedPairs(counting: Bool)
}

/// From the graph of a file to the graph that runs.
struct Lowering {
  let registry: OperatorRegistry
  /// What is done to the graph; with none, it runs as written.
  let rewrites: [Rewrite]
  let arithmetic: Arithmetic

  /// - Parameter keeping: values that must exist as the model defines them.
  func lowered(_ source: Graph, keeping: Set<ValueName>) throws(GraphError) -> Graph {
    var graph = source
    // Before constants are folded, for weights behind DequantizeLinear would be codes no more.
    if case .clampedPairs(let counting) = arithmetic {
      graph = try graph.clampingPairs(registry: registry, counting: counting)
    }
    guard !rewrites.isEmpty else { return graph }
    graph = try graph.foldingConstants(registry: registry)
    for rewrite in rewrites { graph = rewrite(graph, keeping, registry.traits) }
    return graph.withoutDeadNodes(keeping: keeping)
  }
}
