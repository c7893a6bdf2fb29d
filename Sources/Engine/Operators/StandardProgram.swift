import CalibrantONNXFormat

// The engine as everybody outside uses it: with all its operators and rewrites.

extension Program {
  /// - Parameters:
  ///   - observing: names of values a tap must see exactly as the model defines them; rewrites leave them alone.
  ///   - optimizing: whether to apply rewrites; off, the graph runs as written, which is how rewrites are tested, with operators on
  ///     codes where `arithmetic` or `hardware` ask for them.
  ///   - hardware: whose arithmetic to compute layers of 8-bit codes in.
  ///   - countingClamps: whether `clampedShares` is kept.
  ///   - arithmetic: how quantized layers are computed on exact hardware; without VNNI always on codes.
  /// - Throws: `GraphError.unsupportedNodes` with every node that cannot run.
  public convenience init(
    _ model: Model, observing: [String] = [], optimizing: Bool = true, hardware: Hardware = .exact,
    countingClamps: Bool = false, arithmetic: Arithmetic = .float
  ) throws(GraphError) {
    try self.init(
      Graph(model), observing: observing, optimizing: optimizing, hardware: hardware,
      countingClamps: countingClamps, arithmetic: arithmetic)
  }

  /// As of a model.
  package convenience init(
    _ graph: Graph, observing: [String] = [], optimizing: Bool = true, hardware: Hardware = .exact,
    countingClamps: Bool = false, arithmetic: Arithmetic = .float
  ) throws(GraphError) {
    let lowering = Lowering(
      registry: .standard, rewrites: optimizing ? StandardRewrites.all : [],
      arithmetic: arithmetic, hardware: hardware, countsClamps: countingClamps)
    try self.init(graph, lowering, observing: observing)
  }

  /// Every node of the model that the engine cannot run, with the reason.
  public static func unsupportedNodes(in model: Model) throws(GraphError) -> [UnsupportedNode] {
    try unsupportedNodes(in: model, registry: .standard)
  }
}

extension SaturationRisk {
  /// The layers of a model that have a pair of weights with which some codes leave 16 bits, in the order of the graph.
  ///
  /// A layer that is not among them computes the same on every hardware. Layers that runtimes leave in float are not.
  public static func all(in model: Model) throws(GraphError) -> [SaturationRisk] {
    try all(in: model, registry: .standard)
  }
}

extension ControlFlowOperator {
  init(_ node: Node) throws(GraphError) { try self.init(node, registry: .standard) }
}
