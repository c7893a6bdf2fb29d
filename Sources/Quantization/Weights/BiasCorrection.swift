import ONNXFormat

/// Means of values per channel (axis 1), by the names of the original model's values; one entry stands for all
/// channels.
public struct ChannelMeans: Sendable, Equatable {
  public var values: [String: [Double]]

  public init(_ values: [String: [Double]] = [:]) { self.values = values }

  /// What was observed. Values whose channels were not kept have no mean.
  public init(_ statistics: [String: TensorStatistics]) {
    values = statistics.compactMapValues { observed in
      observed.channels.isEmpty || observed.summary.isEmpty ? nil : observed.channels.map(\.mean)
    }
  }
}

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
    to document: inout Document, _ layers: [(layer: WeightedLayer, bits: Int)]
  ) throws(QuantizationError) {
    let readers = document.consumers()
    for (layer, bits) in layers {
      guard let means = means.values[layer.input],
        document.mayChangeBias(of: layer, readers),
        let shift = try shift(of: layer, bits: bits, means: means, in: document)
      else { continue }
      try document.addToBias(shift, of: layer)
    }
  }

  /// −Σ (Ŵ − W) · E[x] per output channel; nil where the layer's form does not allow it.
  private func shift(
    of layer: WeightedLayer, bits: Int, means: [Double], in document: Document
  ) throws(QuantizationError) -> [Double]? {
    let node = document.nodes[layer.node]
    guard let weights = try document.floats(layer.weight), weights.allSatisfy(\.isFinite) else {
      return nil
    }
    let axis = scheme.granularity == .perChannel ? layer.axis : nil
    let codes =
      chosen[layer.weight]
      ?? RoundToNearest.quantize(
        weights, shape: layer.shape, axis: axis, blockSize: scheme.blockSize(of: layer, bits: bits),
        grid: scheme.grid(bits: bits)
      )
    let rounded = codes.dequantized()
    var shift = [Double](repeating: 0, count: layer.outputChannels)
    guard let channels = InputChannels(layer, node) else { return nil }
    guard means.count == 1 || means.count == channels.count else { return nil }
    for index in weights.indices {
      let (output, input) = channels.ends(of: index)
      let error = Double(rounded[index]) - Double(weights[index])
      shift[output] -= error * means[means.count == 1 ? 0 : input]
    }
    return shift
  }
}

/// Which output and which input channel a weight connects.
struct InputChannels {
  let count: Int
  private let outputs: Int
  /// Weights of one input channel lie next to each other, this many.
  private let window: Int
  private let perGroup: Int
  private let outputsPerGroup: Int
  private let isInputMajor: Bool

  init?(_ layer: WeightedLayer, _ node: ModelNode) {
    outputs = layer.outputChannels
    switch layer.opType {
    case "Conv":
      let groups = node.int("group") ?? 1
      guard groups > 0, outputs % groups == 0 else { return nil }
      perGroup = layer.shape[1]
      window = layer.shape[2...].reduce(1, *)
      outputsPerGroup = outputs / groups
      count = perGroup * groups
      isInputMajor = false
    case "Gemm":
      guard node.float("alpha") ?? 1 == 1, node.float("beta") ?? 1 == 1,
        node.int("transA") ?? 0 == 0
      else { return nil }
      count = layer.shape[1 - layer.axis]
      perGroup = count
      window = 1
      outputsPerGroup = outputs
      isInputMajor = layer.axis == 1
    default: return nil
    }
  }

  func ends(of index: Int) -> (output: Int, input: Int) {
    if isInputMajor { return (index % outputs, index / outputs) }
    let output = index / (perGroup * window)
    let input = index / window % perGroup
    return (output, output / outputsPerGroup * perGroup + input)
  }
}
