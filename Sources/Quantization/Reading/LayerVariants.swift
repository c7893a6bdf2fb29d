import ONNXFormat

/// What of a layer is rounded in a variant of the quantized model.
package struct Rounded: OptionSet, Sendable {
  package let rawValue: Int
  package static let weights = Rounded(rawValue: 1)
  package static let activations = Rounded(rawValue: 2)
  /// The original's weights to 8 bits, in place of the file's own rounding.
  package static let eightBits = Rounded(rawValue: 4)
  package static let both: Rounded = [.weights, .activations]

  package init(rawValue: Int) { self.rawValue = rawValue }
}

extension QuantizedLayerMap {
  /// Marks the original's tensors in a variant, and its weights at 8 bits.
  package static let floatPrefix = "float:"
  private static let eightBitsPrefix = "8 bits:"

  /// The quantized model with its layers returned to float as far as `rounded` says.
  ///
  /// A layer without the file's weights has the original's, in float or to 8 bits, and its bias. An activation stays rounded
  /// while any layer whose activations are rounded reads it, directly or through operators without
  /// weights; that is how `--exclude` leaves it.
  package func variant(_ rounded: (InspectedLayer) -> Rounded) throws -> Model {
    let choices = layers.map(rounded)
    var model = quantized
    var graph = model.graph
    var nodes = graph.nodes
    let originals = float.graph.nodes
    var added: [ModelTensor] = []
    for (layer, choice) in zip(layers, choices) where !choice.contains(.weights) {
      // A bias that correction added to a layer that had none goes with the rounding.
      let constants = originals[layer.floatNode].inputs.dropFirst()
      nodes[layer.quantizedNode].inputs =
        [nodes[layer.quantizedNode].inputs[0]]
        + constants.map { $0.isEmpty ? "" : Self.floatPrefix + $0 }
      if choice.contains(.eightBits) {
        let name = Self.eightBitsPrefix + layer.floatWeight
        nodes[layer.quantizedNode].inputs[1] = name
        // Layers may share their weights.
        guard !added.contains(where: { $0.name == name }) else { continue }
        added.append(
          ModelTensor(
            name: name, elementType: .float32, dims: layer.shape,
            values: try weightsAtEightBits(of: layer)))
      }
    }
    let readers = zip(layers, choices).filter { $0.1.contains(.activations) }
      .map { nodes[$0.0.quantizedNode].inputs[0] }
    let renames = after.roundings(
      exceptThoseBehind: readers, stoppingAt: Set(layers.map(\.quantizedNode)))
    graph.nodes = Self.used(nodes, outputs: graph.outputs.map(\.name), renames: renames)
    let read = Set(graph.nodes.flatMap(\.inputs))
    graph.initializers =
      graph.initializers.filter { read.contains($0.name) }
      + float.graph.initializers.compactMap { tensor in
        var copy = tensor
        copy.name = Self.floatPrefix + tensor.name
        return read.contains(copy.name) ? copy : nil
      } + added
    model.graph = graph
    return model
  }

  /// The nodes that outputs depend on, reading what `renames` puts in place of their inputs.
  private static func used(
    _ nodes: [ModelNode], outputs: [String], renames: [String: String]
  ) -> [ModelNode] {
    var kept: [ModelNode] = []
    var wanted = Set(outputs)
    for var node in nodes.reversed() where node.outputs.contains(where: wanted.contains) {
      node.inputs = node.inputs.map { renames[$0] ?? $0 }
      wanted.formUnion(node.inputs)
      kept.append(node)
    }
    return kept.reversed()
  }
}

extension CodeReader {
  /// What each rounded activation was before rounding, except for those that `readers` depend on
  /// without a layer in between.
  fileprivate func roundings(
    exceptThoseBehind readers: [String], stoppingAt layers: Set<Int>
  ) -> [String: String] {
    var needed: Set<String> = []
    var open = readers
    while let name = open.popLast() {
      guard needed.insert(name).inserted, let producer = producer(of: name),
        !layers.contains(producer)
      else { continue }
      open += document.nodes[producer].inputs
    }
    var renames: [String: String] = [:]
    for node in document.nodes where node.opType == "DequantizeLinear" {
      guard let quantize = producer(of: node.inputs[0], "QuantizeLinear"),
        !needed.contains(node.outputs[0])
      else { continue }
      renames[node.outputs[0]] = quantize.inputs[0]
    }
    return renames
  }
}
