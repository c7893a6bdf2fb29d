import CalibrantONNXFormat

extension Graph {
  /// Takes a model apart. Operators are not looked at: whether they can run is the registry's question.
  package init(_ model: Model) {
    let graph = model.graph
    let stored = graph.initializers
    let names = Set(stored.map(\.name))
    let opsets = model.opsets
    self.init(
      source: model, nodes: graph.nodes.map { Node($0, opset: opsets[$0.domain] ?? 0) },
      inputs: graph.inputs.filter { !names.contains($0.name) }.map {
        GraphInput(name: $0.name, elementType: $0.elementType, dimensions: $0.dimensions)
      }, outputs: graph.outputs.map(\.name))
    // What the graph holds is not kept twice.
    source?.graph.nodes = []
    source?.graph.initializers = []
    for tensor in stored { set(tensor.name, to: .stored(tensor)) }
    pinned = Set(outputs + nodes.flatMap(\.captured))
  }

  /// The type that the file declares for an output or a value between nodes.
  package func declaration(of name: ValueName) -> ModelValue? {
    guard let graph = source?.graph else { return nil }
    return (graph.outputs + graph.valueInfos).first { $0.name == name }
  }

  /// The edited model; constants that nothing reads any more are gone.
  package func model() -> Model {
    guard var model = source else { preconditionFailure("a lowered graph is no model any more") }
    var graph = model.graph
    let (read, declared) = (Set(nodes.flatMap(\.read)), Set(inputs.map(\.name)))
    graph.nodes = nodes.map(\.stored)
    graph.initializers = storedConstants(read.union(pinned))
    // Old files list initializers as inputs too; quantized ones cannot be overridden from outside.
    graph.inputs = graph.inputs.filter { declared.contains($0.name) }
    let produced = Set(nodes.flatMap(\.computed))
    graph.valueInfos = graph.valueInfos.filter { produced.contains($0.name) }
    model.graph = graph
    if opset > model.opsets[""] ?? 1 { model.setOpset(opset) }
    // The IR versions that came with operator sets 13 and 21 (int4).
    model.irVersion = max(model.irVersion, opset >= 21 ? 10 : 7)
    return model
  }

  /// Some of the nodes, with the constants they read.
  package func fragment(
    _ nodes: [Node], inputs: [GraphInput], outputs: [ValueName]
  ) -> Graph {
    var graph = self
    (graph.nodes, graph.inputs, graph.outputs) = (nodes, inputs, outputs)
    graph.pinned = Set(outputs)
    graph.keepConstants(Set(nodes.flatMap(\.read)))
    return graph
  }
}
