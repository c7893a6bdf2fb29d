extension Graph {
  /// Lets readers of an Identity or an inference-time Dropout read its input instead.
  package func removingIdentities(keeping: Set<ValueName>) -> Graph {
    var graph = self
    graph.nodes = []
    let fixed = fixedValues(keeping)
    let needed = fixed.union(nodes.flatMap(\.read))
    var replacement: [ValueName: ValueName] = [:]
    for var node in nodes {
      node.inputs = node.inputs.map { id in id.map { replacement[$0] ?? $0 } }
      let isMaskNeeded = node.outputs.dropFirst().contains { $0.map(needed.contains) ?? false }
      if node.is("Identity", "Dropout"), !isMaskNeeded, !mayTrain(node),
        let source = node.inputs.first ?? nil,
        let output = node.outputs.first ?? nil, !fixed.contains(output)
      {
        replacement[output] = source
      } else {
        graph.nodes.append(node)
      }
    }
    return graph
  }

  /// Whether a Dropout's third input is anything but a constant false; its kernel refuses such a node.
  private func mayTrain(_ node: Node) -> Bool {
    guard let flag = node.input(2) else { return false }
    guard let value = constant(flag), value.dtype == .bool else { return true }
    return value.array(of: Bool.self).contains(true)
  }
}
