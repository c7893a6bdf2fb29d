import CalibrantEngine

/// Gives back to each layer's bias what rounding its weights takes from the mean of its outputs:
/// b −= Σ (Ŵ − W) · E[x] (Nagel et al. 2019, arXiv:1906.04721, §4.2).
///
/// First order: E[x] is that of the float network, and zero padding at borders is not accounted for.
struct BiasCorrection {
  let scheme: WeightScheme
  let means: ChannelMeans
  /// Codes already chosen, by the name of the weights; others are rounded to nearest.
  var chosen: [String: QuantizedWeights] = [:]

  /// Changes the biases of the layers whose inputs have known means.
  func apply(
    to graph: inout Graph, _ layers: [(layer: WeightedLayer, bits: Int)]
  ) throws(QuantizationError) {
    let readers = graph.consumers()
    for (layer, bits) in layers {
      guard let means = means.values[layer.input],
        graph.mayChangeBias(of: layer, readers),
        let shift = try shift(of: layer, bits: bits, means: means, in: graph)
      else { continue }
      try graph.addToBias(shift, of: layer)
    }
  }

  /// −Σ (Ŵ − W) · E[x] per output channel; nil where the layer's form does not allow it.
  private func shift(
    of layer: WeightedLayer, bits: Int, means: [Double], in graph: Graph
  ) throws(QuantizationError) -> [Double]? {
    let node = graph.nodes[layer.node]
    guard let weights = try graph.floats(layer.weight), weights.allSatisfy(\.isFinite) else {
      return nil
    }
    let axis = scheme.axis(of: layer)
    let codes =
      chosen[layer.weight]
      ?? RoundToNearest.quantize(
        weights, shape: layer.shape, axis: axis, blockSize: scheme.blockSize(of: layer, bits: bits),
        grid: scheme.grid(bits: bits)
      )
    let rounded = codes.dequantized()
    var shift = [Double](repeating: 0, count: layer.outputChannels)
    // Means are known of the second axis, and a MatMul reads the last.
    guard layer.opType != "MatMul", let channels = InputChannels(layer, node) else { return nil }
    guard means.count == 1 || means.count == channels.count else { return nil }
    for index in weights.indices {
      let (output, input) = channels.ends(of: index)
      let error = Double(rounded[index]) - Double(weights[index])
      shift[output] -= error * means[means.count == 1 ? 0 : input]
    }
    return shift
  }
}
