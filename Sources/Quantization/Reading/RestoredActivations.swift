import CalibrantEngine

extension Graph {
  /// The same quantized network with each Relu and Clip of its float model that it does without.
  ///
  /// Some tools leave one out where the quantizer behind implies its bounds, and let the layer before it compute under its
  /// name. Put back it changes nothing, and layers are comparable again, also where the quantizer is taken out.
  func restoringActivations(of float: Graph) -> Graph {
    let producers = float.producers()
    let values = Set(nodes.flatMap(\.computed))
    var graph = self
    graph.nodes = []
    for var node in nodes {
      let activation = node.output.flatMap { producers[$0] }.map { float.nodes[$0] }
      guard let activation, ["Relu", "Clip"].contains(activation.opType),
        activation.opType != node.opType, let input = activation.input(0), !values.contains(input)
      else {
        graph.nodes.append(node)
        continue
      }
      node.outputs[0] = input
      graph.nodes += [node, activation]
    }
    graph.addMissingConstants(of: float)
    return graph
  }

  /// Adds the constants of another graph that nodes read and that neither constants nor nodes of this one define.
  mutating func addMissingConstants(of other: Graph) {
    let known = Set(nodes.flatMap(\.computed)).union(constants.keys)
    let missing = Set(nodes.flatMap(\.read)).subtracting(known)
    for (name, constant) in other.orderedConstants where missing.contains(name) {
      set(name, to: constant)
    }
  }
}
