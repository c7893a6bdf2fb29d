import CalibrantEngine

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
  package func variant(_ rounded: (InspectedLayer) -> Rounded) throws -> Graph {
    let choices = layers.map(rounded)
    var graph = quantized
    for (layer, choice) in zip(layers, choices) where !choice.contains(.weights) {
      // A bias that correction added to a layer that had none goes with the rounding.
      let constants = float.nodes[layer.floatNode].inputs.dropFirst()
      graph.nodes[layer.quantizedNode].inputs =
        [graph.nodes[layer.quantizedNode].input(0)]
        + constants.map { $0.map { Self.floatPrefix + $0 } }
      if choice.contains(.eightBits) {
        let name = Self.eightBitsPrefix + layer.floatWeight
        graph.nodes[layer.quantizedNode].inputs[1] = name
        // Layers may share their weights.
        guard !graph.isConstant(name) else { continue }
        graph.store(name, floats: try weightsAtEightBits(of: layer), dims: layer.shape)
      }
    }
    for (name, constant) in float.orderedConstants {
      graph.set(Self.floatPrefix + name, to: constant)
    }
    let readers = zip(layers, choices).filter { $0.1.contains(.activations) }
      .compactMap { graph.nodes[$0.0.quantizedNode].input(0) }
    graph.redirect(
      after.roundings(exceptThoseBehind: readers, stoppingAt: Set(layers.map(\.quantizedNode))))
    return graph.withoutDeadNodes()
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
      open += graph.nodes[producer].read
    }
    var renames: [String: String] = [:]
    for node in graph.nodes where node.opType == "DequantizeLinear" {
      guard let quantize = producer(of: node.input(0), "QuantizeLinear"), let output = node.output,
        !needed.contains(output)
      else { continue }
      renames[output] = quantize.input(0)
    }
    return renames
  }
}
