import ONNXFormat

extension Model {
  /// The same quantized network with each Relu and Clip of its float model that it does without.
  ///
  /// Some tools leave one out where the quantizer behind implies its bounds, and let the layer before it compute under its
  /// name. Put back it changes nothing, and layers are comparable again, also where the quantizer is taken out.
  func restoringActivations(of float: Model) -> Model {
    let before = Document(float)
    let producers = before.producers()
    var graph = graph
    let values = Set(graph.nodes.flatMap(\.outputs))
    var nodes: [ModelNode] = []
    for var node in graph.nodes {
      let activation = node.outputs.first.flatMap { producers[$0] }.map { before.nodes[$0] }
      guard let activation, ["Relu", "Clip"].contains(activation.opType),
        activation.opType != node.opType, !values.contains(activation.inputs[0])
      else {
        nodes.append(node)
        continue
      }
      node.outputs[0] = activation.inputs[0]
      nodes += [node, activation]
    }
    let known = Set(graph.initializers.map(\.name)).union(values)
    let read = Set(nodes.flatMap(\.inputs))
    graph.nodes = nodes
    graph.initializers += float.graph.initializers.filter {
      read.contains($0.name) && !known.contains($0.name)
    }
    var model = self
    model.graph = graph
    return model
  }
}
