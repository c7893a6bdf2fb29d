extension Graph {
  /// Computes on codes what the graph writes with QuantizeLinear and DequantizeLinear.
  ///
  /// An operator computes on codes where all it reads was dequantized and all that reads it quantizes, with a Relu or Clip in
  /// between at most. The rest stays in float, between conversions.
  /// - Parameter computing: what an elementwise node makes of a tensor; nil where it cannot.
  func usingCodes(
    keeping: Set<ValueName>, traits: (Node) -> OperatorTraits,
    computing: (_ node: Node, _ x: Tensor, _ graph: Graph) -> Tensor?
  ) -> Graph {
    var lowering = CodeLowering(self, fixed: fixedValues(keeping))
    for index in nodes.indices {
      lowering.visit(index, traits: traits(nodes[index])) { computing($0, $1, self) }
    }
    return lowering.lowered().withoutDeadNodes(keeping: keeping).addingCodesInLayers(
      keeping: keeping)
  }

  /// Lets a convolution add the codes that are added to its own.
  private func addingCodesInLayers(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let (consumers, producers, fixed) = (consumers(), producers(), fixedValues(keeping))
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      guard let pair = node.own(as: CombineCodes.self)?.pair, pair.operation == .sum else {
        continue
      }
      let found = lastProducer(readOnlyBy: index, producers, consumers, fixed: fixed) {
        let conv = graph.nodes[$0].own(as: CodeConv.self)
        return conv.map { $0.residual == nil } ?? false && !removed.contains($0)
      }
      guard let producer = found, let own = nodes[producer].output,
        var conv = graph.nodes[producer].own(as: CodeConv.self),
        let position = node.inputs.firstIndex(where: { $0 != own }),
        let added = node.inputs[position]
      else { continue }
      conv.residual = CodeResidual(
        grid: position == 0 ? pair.left : pair.right, total: pair.result)
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
