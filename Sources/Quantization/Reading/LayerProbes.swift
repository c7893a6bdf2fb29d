import CalibrantEngine

/// The float model with every layer computed three more times beside its own run: with rounded weights,
/// with rounded activations, with both. One pass over the data then gives every layer's isolated error.
package struct LayerProbes {
  package private(set) var graph: Graph
  /// Values to observe, in the order they are computed, and what each is.
  package private(set) var observed: [(name: ValueName, role: Role)] = []
  private var copied: Set<ValueName> = []

  package enum Role: Sendable {
    /// What the float layer computes.
    case reference(layer: Int)
    case probe(layer: Int, Rounded)
  }

  package init(_ map: QuantizedLayerMap) throws {
    graph = try map.variant { _ in [] }
    let positions = Dictionary(
      map.layers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
    let nodes = graph.nodes
    graph.nodes = []
    for node in nodes {
      graph.nodes.append(node)
      guard let index = positions[node.displayName], let output = node.output else { continue }
      observed.append((output, .reference(layer: index)))
      for rounded in [Rounded.weights, .activations, .both] {
        addProbe(of: node, map.layers[index], index, rounded, map.after)
      }
    }
    graph.addMissingConstants(of: map.quantized)
  }

  /// Computes a float layer once more, as far as `rounded` says as the quantized file does.
  private mutating func addProbe(
    of node: Node, _ layer: InspectedLayer, _ index: Int, _ rounded: Rounded,
    _ quantized: CodeReader
  ) {
    guard !rounded.contains(.weights) || layer.bits != nil,
      !rounded.contains(.activations) || layer.activation != nil
    else { return }
    var probe = rounded.contains(.weights) ? quantized.graph.nodes[layer.quantizedNode] : node
    probe.inputs[0] = node.input(0)
    if rounded.contains(.weights) {
      for position in probe.inputs.indices.dropFirst() {
        probe.inputs[position] = copy(probe.inputs[position], quantized)
      }
    }
    if rounded.contains(.activations), let activation = layer.activation {
      probe.inputs[0] = copy(activation.rounded, quantized, from: node.input(0))
    }
    let output = "probe:\(rounded.rawValue):\(layer.output)"
    probe.name = "probe:\(rounded.rawValue):\(layer.name)"
    probe.outputs = [output]
    graph.nodes.append(probe)
    observed.append((output, .probe(layer: index, rounded)))
  }

  /// Copies the DequantizeLinear that makes `name`, with a QuantizeLinear before it where there is one,
  /// once; returns the name of the copy's output, or `name` where it is a constant.
  private mutating func copy(
    _ name: ValueName?, _ quantized: CodeReader, from source: ValueName? = nil
  ) -> ValueName? {
    guard let name, var dequantize = quantized.producer(of: name, "DequantizeLinear") else {
      return name
    }
    let output = "probe:\(name)"
    guard copied.insert(output).inserted else { return output }
    if let source, let stored = dequantize.input(0),
      var quantize = quantized.producer(of: stored, "QuantizeLinear")
    {
      let codes = "probe:\(stored)"
      quantize.name = "probe:\(quantize.name)"
      quantize.inputs[0] = source
      quantize.outputs = [codes]
      dequantize.inputs[0] = codes
      graph.nodes.append(quantize)
    }
    dequantize.name = "probe:\(dequantize.name)"
    dequantize.outputs = [output]
    graph.nodes.append(dequantize)
    return output
  }
}
