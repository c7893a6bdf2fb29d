import ONNXFormat

/// The float model with every layer computed three more times beside its own run: with rounded weights,
/// with rounded activations, with both. One pass over the data then gives every layer's isolated error.
package struct LayerProbes {
  package let model: Model
  /// Values to observe, in the order they are computed, and what each is.
  package let observed: [(name: String, role: Role)]

  package enum Role: Sendable {
    /// What the float layer computes.
    case reference(layer: Int)
    case probe(layer: Int, Rounded)
  }

  package init(_ map: QuantizedLayerMap) throws {
    var model = try map.variant { _ in [] }
    var graph = model.graph
    let quantized = map.after
    let positions = Dictionary(
      map.layers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { a, _ in a })
    var nodes: [ModelNode] = []
    var observed: [(name: String, role: Role)] = []
    var copied: Set<String> = []
    for node in graph.nodes {
      nodes.append(node)
      guard let index = positions[node.displayName] else { continue }
      observed.append((node.outputs[0], .reference(layer: index)))
      let layer = map.layers[index]
      let source = quantized.document.nodes[layer.quantizedNode]
      for rounded in [Rounded.weights, .activations, .both] {
        guard !rounded.contains(.weights) || layer.bits != nil,
          !rounded.contains(.activations) || layer.activation != nil
        else { continue }
        var probe = rounded.contains(.weights) ? source : node
        probe.inputs[0] = node.inputs[0]
        var made: [ModelNode] = []
        if rounded.contains(.weights) {
          for input in probe.inputs.indices.dropFirst() {
            probe.inputs[input] = Self.copy(probe.inputs[input], quantized, &made, &copied)
          }
        }
        if rounded.contains(.activations), let activation = layer.activation {
          probe.inputs[0] = Self.copy(
            activation.rounded, quantized, &made, &copied, from: node.inputs[0])
        }
        probe.name = "probe:\(rounded.rawValue):\(layer.name)"
        probe.outputs = ["probe:\(rounded.rawValue):\(layer.output)"]
        nodes += made + [probe]
        observed.append((probe.outputs[0], .probe(layer: index, rounded)))
      }
    }
    let known = Set(graph.initializers.map(\.name))
    let read = Set(nodes.flatMap(\.inputs))
    graph.nodes = nodes
    graph.initializers += map.quantized.graph.initializers.filter {
      read.contains($0.name) && !known.contains($0.name)
    }
    model.graph = graph
    self.model = model
    self.observed = observed
  }

  /// Copies the DequantizeLinear that makes `name`, with a QuantizeLinear before it where there is one,
  /// once; returns the name of the copy's output, or `name` where it is a constant.
  private static func copy(
    _ name: String, _ graph: CodeReader, _ made: inout [ModelNode], _ copied: inout Set<String>,
    from source: String? = nil
  ) -> String {
    guard var dequantize = graph.producer(of: name, "DequantizeLinear") else { return name }
    let output = "probe:\(name)"
    guard copied.insert(output).inserted else { return output }
    if let source, var quantize = graph.producer(of: dequantize.inputs[0], "QuantizeLinear") {
      quantize.name = "probe:\(quantize.name)"
      quantize.inputs[0] = source
      quantize.outputs = ["probe:\(quantize.outputs[0])"]
      dequantize.inputs[0] = quantize.outputs[0]
      made.append(quantize)
    }
    dequantize.name = "probe:\(dequantize.name)"
    dequantize.outputs = [output]
    made.append(dequantize)
    return output
  }
}
