/// From the graph of a file to the graph that runs.
struct Lowering {
  let registry: OperatorRegistry
  /// What is done to the graph besides; with none, it runs as written.
  var rewrites: [Rewrite] = []
  var arithmetic = Arithmetic.float
  /// Whose sums layers of 8-bit codes are computed in; clamped ones always on codes.
  var hardware = Hardware.exact
  /// Whether clamped sums are counted, which takes longer.
  var countsClamps = false

  /// - Parameter keeping: values that must exist as the model defines them.
  func lowered(_ source: Graph, keeping: Set<ValueName>) throws(GraphError) -> Graph {
    let usesCodes = arithmetic == .integer || hardware == .noVNNI
    var graph = usesCodes ? try onCodes(source, keeping: keeping) : source
    guard !rewrites.isEmpty else {
      return usesCodes
        ? graph.blockingChannels(
          keeping: keeping, traits: registry.traits, rules: ChannelBlocking.rulesOfCodes)
        : graph
    }
    graph = try graph.foldingConstants(registry: registry)
    for rewrite in rewrites { graph = rewrite(graph, keeping, registry.traits) }
    return graph.withoutDeadNodes(keeping: keeping)
  }

  /// The graph with operators on codes, dense ones, where it can have them.
  func onCodes(_ source: Graph, keeping: Set<ValueName>) throws(GraphError) -> Graph {
    // Weights behind DequantizeLinear would be codes no more. Which layers runtimes compute on codes is told before quantizers
    // move.
    try source.foldingConstants(registry: registry, leaving: ["DequantizeLinear"])
      .separatingLayers(on: hardware, keeping: keeping)
      .removingIdentities(keeping: keeping)
      .fusingGelu(keeping: keeping)
      .foldingPads(keeping: keeping)
      .distributingQuantizers(keeping: keeping)
      .usingCodes(keeping: keeping, traits: registry.traits, evaluating: value)
      .clampingWhereNeeded(counting: countsClamps)
  }

  /// What a node makes of known inputs.
  private func value(of node: Node, _ inputs: [Tensor?]) -> Tensor? {
    guard let kernel = try? registry.kernel(for: node) else { return nil }
    let operands = inputs.map { $0.map { Operand($0) } }
    return try? evaluate(kernel, of: node, on: operands, scratch: Scratch())[0]
  }
}
