extension Graph {
  /// Computes on codes what the graph writes with QuantizeLinear and DequantizeLinear, or with operators that stand for them.
  ///
  /// An operator computes on codes where all it reads was dequantized and all that reads it quantizes, with a Relu or Clip in
  /// between at most; layers also where their output stays in float. What only moves values moves codes. The rest stays in float,
  /// between conversions.
  /// - Parameter evaluating: what a node makes of known inputs; nil where it cannot.
  func usingCodes(
    keeping: Set<ValueName>, traits: @escaping (Node) -> OperatorTraits,
    evaluating: @escaping (_ node: Node, _ inputs: [Tensor?]) -> Tensor?
  ) -> Graph {
    let expansion = CodeExpansion(self, traits: traits)
    var lowering = CodeLowering(
      expansion, fixed: fixedValues(keeping), traits: traits, evaluating: evaluating)
    for index in expansion.graph.nodes.indices { lowering.visit(index) }
    return lowering.lowered().withoutDeadNodes(keeping: keeping).addingCodesInLayers(
      keeping: keeping)
  }

  /// Lets a convolution add the codes that are added to its own.
  private func addingCodesInLayers(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let (consumers, producers, fixed) = (consumers(), producers(), fixedValues(keeping))
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      guard let combined = node.own(as: CombineCodes.self), combined.channels != nil,
        combined.pair.operation == .sum
      else { continue }
      let pair = combined.pair
      let found = lastProducer(readOnlyBy: index, producers, consumers, fixed: fixed) {
        let conv = graph.nodes[$0].own(as: CodeConv.self)
        return conv.map { $0.residual == nil && $0.isPlanar } ?? false && !removed.contains($0)
      }
      guard let producer = found, let own = nodes[producer].output,
        var conv = graph.nodes[producer].own(as: CodeConv.self),
        let position = node.inputs.firstIndex(where: { $0 != own }),
        let added = node.inputs[position], !isConstant(added),
        // What is subtracted is no code of its own grid.
        (position == 0 ? pair.right : pair.left).scale == conv.output?.scale
      else { continue }
      conv.residual = CodeResidual(sum: pair, isSecond: position == 0)
      var layer = graph.nodes[producer].replaced(
        by: conv, reading: graph.nodes[producer].inputs + [added])
      layer.outputs = node.outputs
      graph.nodes[index] = layer
      removed.insert(producer)
    }
    graph.removeNodes(at: removed)
    return graph
  }
}
