/// Which layers are quantized, and in how many bits.
public struct Policy: Sendable {
  /// Layers to leave in float32, by node name or weight name.
  public var excluded: [Glob]
  /// Bits of single layers, by node name or weight name; the last match counts.
  public var layerBits: [(pattern: Glob, bits: Int)]
  /// Bits of the first and the last layer in schemes of fewer bits; nil treats them as all others. They hold few of
  /// the weights and much of what quantization costs.
  public var endBits: Int?
  /// Bits of the layers of fewest weights in schemes of fewer bits, as many as hold a tenth of all weights together; nil treats
  /// them as all others. Depthwise layers and those next to the input are among them: every weight there is read at many
  /// positions, so that few bytes make up for much.
  public var smallBits: Int?
  /// Layers with fewer weights stay in float32.
  public var minimumElements: Int
  /// Give each channel its own activation scale where all readers are depthwise convolutions.
  public var usesPerChannelActivations: Bool

  public init(
    excluded: [Glob] = [], layerBits: [(pattern: Glob, bits: Int)] = [], endBits: Int? = nil,
    smallBits: Int? = nil, minimumElements: Int = 0, usesPerChannelActivations: Bool = false
  ) {
    self.excluded = excluded
    self.layerBits = layerBits
    self.endBits = endBits
    self.smallBits = smallBits
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
    var bits = layers.indices.map { index -> Int? in
      let layer = layers[index]
      if excluded.contains(where: { $0.names(layer) }) { return nil }
      if let own = own(layer) { return own }
      if layer.elementCount < minimumElements { return nil }
      let isEnd = index == 0 || index == layers.count - 1
      return isEnd ? max(scheme.bits, endBits ?? scheme.bits) : scheme.bits
    }
    guard let smallBits, smallBits > scheme.bits else { return bits }
    let small = smallWeights(of: zip(layers, bits).compactMap { $1 == nil ? nil : $0 })
    for (index, layer) in layers.enumerated() where small.contains(layer.weight) {
      guard let given = bits[index], own(layer) == nil else { continue }
      bits[index] = max(given, smallBits)
    }
    return bits
  }

  private func own(_ layer: WeightedLayer) -> Int? {
    layerBits.last { $0.pattern.names(layer) }?.bits
  }

  /// Of all weights, what small layers may hold together.
  private static let smallShare = 0.1

  /// Those of the layers of fewest weights; of equal ones, the first.
  private func smallWeights(of layers: [WeightedLayer]) -> Set<String> {
    var counts: [(name: String, count: Int)] = []
    var known: Set<String> = []
    for layer in layers where known.insert(layer.weight).inserted {
      counts.append((layer.weight, layer.elementCount))
    }
    var left = Int(Self.smallShare * Double(counts.reduce(0) { $0 + $1.count }))
    let sorted = counts.enumerated().sorted {
      ($0.element.count, $0.offset) < ($1.element.count, $1.offset)
    }
    let small = sorted.prefix { entry in
      left -= entry.element.count
      return left >= 0
    }
    return Set(small.map(\.element.name))
  }
}

extension Glob {
  fileprivate func names(_ layer: WeightedLayer) -> Bool {
    matches(layer.name) || matches(layer.weight)
  }
}
