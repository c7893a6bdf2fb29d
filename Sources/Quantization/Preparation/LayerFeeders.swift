extension PreparedModel {
  /// By the name of each layer with weights, the layers whose outputs it reads through nodes without weights.
  package func layersFeedingLayers() -> [String: [String]] {
    var sources: [String: Set<Int>] = [:]
    var feeders: [String: [String]] = [:]
    for (index, node) in graph.nodes.enumerated() {
      let read = node.read.reduce(into: Set<Int>()) { $0.formUnion(sources[$1] ?? []) }
      let layer = WeightedLayer(graph, index)
      if let layer {
        feeders[layer.name] = read.sorted().map { graph.nodes[$0].displayName }
      }
      for output in node.computed { sources[output] = layer == nil ? read : [index] }
    }
    return feeders
  }
}
