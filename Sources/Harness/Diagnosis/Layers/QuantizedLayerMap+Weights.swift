import CalibrantONNXFormat
import CalibrantQuantization

extension QuantizedLayerMap {
  /// Takes for the float model the one whose weights the file rounds: the original, or the same
  /// function with channels equalized.
  init(roundedFrom original: Model, quantized: Model) throws {
    let plain = try QuantizedLayerMap(
      float: PreparedModel(original).assembled(), quantized: quantized)
    let equalized = try QuantizedLayerMap(
      float: PreparedModel(CrossLayerEqualization.equalized(original)).assembled(),
      quantized: quantized)
    self = try equalized.closeness() > plain.closeness() ? equalized : plain
  }

  /// The sum over layers of their weights' SQNR.
  private func closeness() throws -> Double {
    try layers.reduce(0) { try $0 + (weightErrors(of: $1)?.sqnr ?? 0) }
  }

  /// nil where the layer's weights are float.
  func weightErrors(of layer: InspectedLayer) throws -> WeightErrors? {
    guard let rounded = try roundedWeights(of: layer) else { return nil }
    return WeightErrors(
      float: try floatWeights(of: layer), rounded: rounded, shape: layer.shape, axis: layer.axis)
  }
}
