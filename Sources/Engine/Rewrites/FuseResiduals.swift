extension Graph {
  /// Lets a blocked convolution add the tensor that an Add would add to its output, while a tile of it is in registers.
  func fusingResiduals(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let consumers = consumers()
    let producers = producers()
    let fixed = fixedValues(keeping)
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.is("Add") && node.inputs.count == 2 {
      let found = lastProducer(readOnlyBy: index, producers, consumers, fixed: fixed) {
        isBareConvolution(graph.nodes[$0]) && !removed.contains($0)
      }
      guard let producer = found, let output = nodes[producer].output,
        let residual = node.inputs.first(where: { $0 != output }) ?? nil
      else { continue }
      var conv = graph.nodes[producer]
      conv.inputs += [ValueName?](repeating: nil, count: 3 - conv.inputs.count) + [residual]
      conv.outputs = node.outputs
      conv.activation = node.activation
      graph.nodes[index] = conv
      removed.insert(producer)
    }
    graph.removeNodes(at: removed)
    return graph
  }

  private func isBareConvolution(_ node: Node) -> Bool {
    node.own is BlockedConv && node.activation == .identity
      && node.rounding == nil && node.inputs.count <= 3
  }
}
