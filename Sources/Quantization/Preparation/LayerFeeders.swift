import ONNXFormat

extension PreparedModel {
  /// By the name of each layer with weights, the layers whose outputs it reads through nodes without weights.
  package func layersFeedingLayers() -> [String: [String]] {
    var sources: [String: Set<Int>] = [:]
    var feeders: [String: [String]] = [:]
    for (index, node) in document.nodes.enumerated() {
      let read = node.inputs.reduce(into: Set<Int>()) { $0.formUnion(sources[$1] ?? []) }
      let layer = WeightedLayer(document, index)
      if let layer {
        feeders[layer.name] = read.sorted().map { document.nodes[$0].displayName }
      }
      for output in node.outputs { sources[output] = layer == nil ? read : [index] }
    }
    return feeders
  }
}
