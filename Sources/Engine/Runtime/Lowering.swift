/// From the graph of a file to the graph that runs.
struct Lowering {
  let registry: OperatorRegistry
  /// What is done to the graph; with none, it runs as written.
  let rewrites: [Rewrite]
  let arithmetic: Arithmetic
  /// Whose sums layers of 8-bit codes are computed in.
  let hardware: Hardware
  /// Whether clamped sums are counted, which takes longer.
  let countsClamps: Bool

  /// - Parameter keeping: values that must exist as the model defines them.
  func lowered(_ source: Graph, keeping: Set<ValueName>) throws(GraphError) -> Graph {
    var graph = source
    // Before constants are folded, for weights behind DequantizeLinear would be codes no more.
    if hardware == .noVNNI {
      graph = try graph.clampingPairs(registry: registry, counting: countsClamps)
    } else if arithmetic == .integer, !rewrites.isEmpty {
      graph = try graph.foldingConstants(registry: registry, leaving: ["DequantizeLinear"])
        .removingIdentities(keeping: keeping).distributingQuantizers(keeping: keeping)
        .usingCodes(keeping: keeping, traits: registry.traits, evaluating: value)
    }
    guard !rewrites.isEmpty else { return graph }
    graph = try graph.foldingConstants(registry: registry)
    for rewrite in rewrites { graph = rewrite(graph, keeping, registry.traits) }
    return graph.withoutDeadNodes(keeping: keeping)
  }

  /// What a node makes of known inputs.
  private func value(of node: Node, _ inputs: [Tensor?]) -> Tensor? {
    guard let kernel = try? registry.kernel(for: node) else { return nil }
    let operands = inputs.map { $0.map { Operand($0) } }
    return try? evaluate(kernel, of: node, on: operands, scratch: Scratch())[0]
  }
}
