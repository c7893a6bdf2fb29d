import CalibrantEngine

extension Graph {
  /// Refuses NaN and infinities among the weights and biases of layers, in which every image would drown.
  func requireFiniteParameters(of layers: [WeightedLayer]) throws(QuantizationError) {
    for layer in layers {
      for name in [layer.weight, layer.bias].compactMap(\.self) {
        guard let values = try floats(name), !values.allSatisfy(\.isFinite) else { continue }
        throw .nonFiniteWeights(tensor: name, layer: layer.name)
      }
    }
  }
}
