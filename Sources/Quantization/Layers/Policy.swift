/// Which layers are quantized, and in how many bits.
public struct Policy: Sendable {
  /// Layers to leave in float32, by node name or weight name.
  public var excluded: [Glob]
  /// Bits of single layers, by node name or weight name; the last match counts.
  public var layerBits: [(pattern: Glob, bits: Int)]
  /// Bits of the first and the last layer in schemes of fewer bits; nil treats them as all others. They hold few of
  /// the weights and much of what quantization costs.
  public var endBits: Int?
  /// Layers with fewer weights stay in float32.
  public var minimumElements: Int
  /// Give each channel its own activation scale where all readers are depthwise convolutions.
  public var usesPerChannelActivations: Bool

  public init(
    excluded: [Glob] = [], layerBits: [(pattern: Glob, bits: Int)] = [], endBits: Int? = nil,
    minimumElements: Int = 0, usesPerChannelActivations: Bool = false
  ) {
    self.excluded = excluded
    self.layerBits = layerBits
    self.endBits = endBits
    self.minimumElements = minimumElements
    self.usesPerChannelActivations = usesPerChannelActivations
  }

  /// The weight bits of each layer, nil for those that stay in float32.
  ///
  /// It sees all layers at once, so that a rule can depend on a layer's place in the model.
  func bits(of layers: [WeightedLayer], scheme: WeightScheme) throws(QuantizationError) -> [Int?] {
    for pattern in excluded + layerBits.map(\.pattern) where !layers.contains(where: pattern.names)
    {
      throw .unmatchedPattern(pattern.pattern, layers: layers.map(\.name))
    }
    return layers.indices.map { index in
      let layer = layers[index]
      if excluded.contains(where: { $0.names(layer) }) { return nil }
      if let own = layerBits.last(where: { $0.pattern.names(layer) }) { return own.bits }
      if layer.elementCount < minimumElements { return nil }
      let isEnd = index == 0 || index == layers.count - 1
      return isEnd ? max(scheme.bits, endBits ?? scheme.bits) : scheme.bits
    }
  }
}

extension Glob {
  fileprivate func names(_ layer: WeightedLayer) -> Bool {
    matches(layer.name) || matches(layer.weight)
  }
}
