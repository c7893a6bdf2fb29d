import Engine
import ONNXFormat

/// The float network and the one that is being quantized, side by side.
///
/// In the quantized one, activations pass through Q/DQ pairs, and the weights of layers already visited are what is
/// left of them after rounding. Values have the same names in both; of a quantized activation, the name means what
/// comes before the pair.
struct WalkNetworks: Sendable {
  let float: Document
  private(set) var quantized: Document
  let opset: Int
  /// What each node of `float` reads in the quantized network, by node.
  private let quantizedInputs: [Int: String]

  init(_ document: Document, activations: ActivationQuantization, opset: Int) {
    float = document
    self.opset = opset
    var writer = QDQWriter(document)
    for name in activations.order {
      writer.addActivation(name, activations.parameters[name] ?? [])
    }
    quantized = writer.finished()
    var readers: [String: String] = [:]
    for node in quantized.nodes {
      if let output = node.outputs.first { readers[output] = node.input(0) }
    }
    quantizedInputs = Dictionary(
      uniqueKeysWithValues: document.nodes.indices.compactMap { index in
        document.nodes[index].outputs.first.flatMap { readers[$0] }.map { (index, $0) }
      })
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
    let output = float.nodes[layer.node].outputs[0]
    guard
      let node = quantized.nodes.firstIndex(where: { $0.outputs.first == output }),
      let twin = WeightedLayer(quantized, node)
    else { return }
    try quantized.addToBias(shift, of: twin)
  }
}

/// What a way of rounding loses of a layer's outputs: E‖W(x − E[x]) − Ŵ(x̂ − E[x̂])‖² over held-out samples.
public struct RoundingError: Sendable, Equatable, Codable {
  public var rounding: Rounding
  /// λ of optimal rounding, as a share of the mean diagonal; 0 for nearest.
  public var damping: Double
  public var error: Double
}

/// What calibration made of one layer.
public struct LayerCalibration: Sendable, Equatable, Codable {
  /// Codes chosen for the layer's inputs; nil leaves rounding to the writer.
  public var weights: QuantizedWeights?
  /// What each way of rounding leaves of the outputs' variance on held-out samples; empty where nothing was tried.
  public var errors: [RoundingError] = []
  /// The share of the float outputs' variance that is error, E‖W(x − E[x]) − Ŵ(x̂ − E[x̂])‖² / E‖W(x − E[x])‖² over
  /// held-out samples, with what earlier layers and the input's own quantizer lost; nil where none was held out.
  public var relativeError: Double?
  /// What to add to the bias of each output channel; nil leaves it.
  public var biasShift: [Double]?
}
