extension WeightScheme {
  /// The axis of a layer's weights whose entries have scales of their own; nil where all weights share one.
  func axis(of layer: WeightedLayer) -> Int? {
    granularity == .perChannel && !perTensorOperators.contains(layer.opType) ? layer.axis : nil
  }
}
