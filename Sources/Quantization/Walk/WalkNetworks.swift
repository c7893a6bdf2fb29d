import CalibrantEngine

/// The float network, the one that is being quantized, and what that one is fitted to, side by side.
///
/// In the quantized one, activations pass through Q/DQ pairs, and the weights of layers already visited are what is
/// left of them after rounding. The reference is the float network with its activations clipped to what those pairs
/// can represent: what a range gives up, because the network hardly needs it, is no error for layers to make up for.
/// Values have the same names in all three; of a quantized activation, the name means what comes before the pair.
struct WalkNetworks: Sendable {
  let float: Graph
  let reference: Graph
  private(set) var quantized: Graph
  /// What each node of `float` reads in the two other networks, by node.
  private let referenceInputs: [Int: String]
  private let quantizedInputs: [Int: String]

  init(_ graph: Graph, activations: ActivationQuantization) {
    float = graph
    var (rounding, clipping) = (QDQWriter(graph), QDQWriter(graph))
    rounding.addActivations(activations)
    for (name, parameters) in activations.parameters where parameters.count == 1 {
      clipping.clipActivation(name, to: parameters[0].representable)
    }
    (quantized, reference) = (rounding.finished(), clipping.finished())
    quantizedInputs = graph.firstInputs(in: quantized)
    referenceInputs = graph.firstInputs(in: reference)
  }

  func referenceInput(of layer: WeightedLayer) -> String {
    referenceInputs[layer.node] ?? layer.input
  }

  func quantizedInput(of layer: WeightedLayer) -> String {
    quantizedInputs[layer.node] ?? layer.input
  }

  /// Gives the quantized network what became of a layer.
  mutating func apply(
    _ result: LayerCalibration, to layer: WeightedLayer
  ) throws(QuantizationError) {
    if let weights = result.weights {
      quantized.store(layer.weight, floats: weights.dequantized(), dims: layer.shape)
    }
    guard let shift = result.biasShift else { return }
    if let added = float.addedBias(of: layer, float.consumers()) {
      return try quantized.add(shift, toBias: added)
    }
    let output = float.nodes[layer.node].output
    guard
      let node = quantized.nodes.firstIndex(where: { $0.output == output }),
      let twin = WeightedLayer(quantized, node)
    else { return }
    try quantized.addToBias(shift, of: twin)
  }
}

extension Graph {
  /// What each node reads first in another graph that has nodes of the same outputs, by node.
  fileprivate func firstInputs(in other: Graph) -> [Int: String] {
    var inputs: [String: String] = [:]
    for node in other.nodes {
      if let output = node.output { inputs[output] = node.input(0) }
    }
    var result: [Int: String] = [:]
    for (index, node) in nodes.enumerated() {
      if let output = node.output { result[index] = inputs[output] }
    }
    return result
  }
}
