import CalibrantEngine

/// Writes the weights and biases of layers, quantized, into a model.
struct LayerWriter {
  let graph: Graph
  let scheme: Scheme
  /// By tensor name; empty in weight-only files.
  let activations: [String: [QuantizationParameters]]
  /// Codes already chosen, by the name of the weights; others are rounded to nearest.
  let chosen: [String: QuantizedWeights]

  /// Weights that several layers share are stored once per bit width.
  private var written: [String: (output: String, weights: QuantizedWeights)] = [:]
  private let readers: [String: [Int]]

  init(
    graph: Graph, scheme: Scheme, activations: [String: [QuantizationParameters]],
    chosen: [String: QuantizedWeights] = [:]
  ) {
    self.graph = graph
    self.scheme = scheme
    self.activations = activations
    self.chosen = chosen
    readers = graph.consumers()
  }

  mutating func write(
    _ layer: WeightedLayer, bits: Int, to writer: inout QDQWriter
  ) throws(QuantizationError) {
    let key = "\(bits):\(layer.weight):\(layer.axis)"
    // An int32 bias needs one weight scale per channel; with several it stays in float32.
    let isBlocked = scheme.weights.blockSize(of: layer, bits: bits) != nil
    let bias = isBlocked ? nil : try integerBias(of: layer)
    let entry: (output: String, weights: QuantizedWeights)
    if let known = written[key] {
      entry = known
    } else {
      let isShared = (readers[layer.weight]?.count ?? 0) > 1
      var weights = try quantize(layer, bits: bits, bias: isShared ? nil : bias)
      if scheme.weights.packsBlocksOnly && !isBlocked { weights.storeAsBytes() }
      let output = writer.addWeights(layer.weight, weights, before: layer.node)
      entry = (output, weights)
      written[key] = entry
    }
    writer.setInput(layer.weightInput, of: layer.node, to: entry.output)
    guard let bias, let name = layer.bias else { return }
    let scales = bias.scales(times: entry.weights.scales)
    // Shared weights are not widened for one layer's bias, which then stays in float32.
    guard BiasScale.fits(bias.values, scales: scales) else { return }
    let codes = BiasScale.codes(of: bias.values, scales: scales)
    writer.setInput(
      2, of: layer.node,
      to: writer.addBias(name, codes: codes, scales: scales, before: layer.node))
  }

  private func quantize(_ layer: WeightedLayer, bits: Int, bias: IntegerBias?)
    throws(QuantizationError) -> QuantizedWeights
  {
    if let weights = chosen[layer.weight],
      weights.parameters[0].codes == scheme.weights.grid(bits: bits).codes
    {
      return bias.map { Self.guarded(weights, $0) } ?? weights
    }
    guard let values = try graph.floats(layer.weight), values.allSatisfy(\.isFinite) else {
      throw .nonFiniteWeights(tensor: layer.weight, layer: layer.name)
    }
    let axis = scheme.weights.axis(of: layer)
    let blockSize = scheme.weights.blockSize(of: layer, bits: bits)
    let ranges = RoundToNearest.ranges(
      of: values, shape: layer.shape, axis: axis, blockSize: blockSize)
    var parameters = ranges.map(scheme.weights.grid(bits: bits).parameters)
    if let bias {
      parameters = BiasScale.guarded(
        parameters, ranges: ranges, bias: bias.values, inputScales: bias.inputScales)
    }
    return RoundToNearest.codes(
      of: values, shape: layer.shape, axis: axis, blockSize: blockSize, parameters: parameters)
  }

  /// Chosen weights with scales wide enough for the bias; channels whose scale grows are rounded again.
  private static func guarded(_ weights: QuantizedWeights, _ bias: IntegerBias) -> QuantizedWeights
  {
    let values = weights.dequantized()
    let ranges = RoundToNearest.ranges(of: values, shape: weights.shape, axis: weights.axis)
    let parameters = BiasScale.guarded(
      weights.parameters, ranges: ranges, bias: bias.values, inputScales: bias.inputScales)
    guard parameters != weights.parameters else { return weights }
    return RoundToNearest.codes(
      of: values, shape: weights.shape, axis: weights.axis, parameters: parameters)
  }

  /// The bias of a layer whose input is quantized, where it can be an int32 vector.
  private func integerBias(of layer: WeightedLayer) throws(QuantizationError) -> IntegerBias? {
    let node = graph.nodes[layer.node]
    guard scheme.quantizesBiases, let input = activations[layer.input], let name = layer.bias,
      node.float("alpha") ?? 1 == 1, node.float("beta") ?? 1 == 1,
      graph.constants[name]?.dims == [layer.outputChannels],
      let values = try graph.floats(name), values.allSatisfy(\.isFinite)
    else { return nil }
    // The filters of a depthwise convolution are grouped by the input channel they read.
    let scales = input.map(\.scale)
    let inputScales =
      scales.count == 1
      ? scales : values.indices.map { scales[$0 * scales.count / values.count] }
    return IntegerBias(values: values, inputScales: inputScales)
  }
}

/// A bias with the scales of the input it is added to.
private struct IntegerBias {
  let values: [Float]
  /// One, or one per output channel.
  let inputScales: [Float]

  /// s_x · s_w, in float32 as runtimes compute it.
  func scales(times weightScales: [Float]) -> [Float] {
    let count = max(weightScales.count, inputScales.count)
    return (0..<count).map { i in
      inputScales[inputScales.count == 1 ? 0 : i] * weightScales[weightScales.count == 1 ? 0 : i]
    }
  }
}
