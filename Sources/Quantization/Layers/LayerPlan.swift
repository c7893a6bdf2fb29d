import CalibrantEngine

/// The layers of a model and their bits under a policy.
struct LayerPlan: Sendable {
  /// Every layer with weights, in order, and its bits; nil where it stays in float32.
  let layers: [WeightedLayer]
  let bits: [Int?]
  let quantized: [(layer: WeightedLayer, bits: Int)]
  let report: [QuantizedLayer]
  let usesInt4: Bool

  init(_ graph: Graph, scheme: Scheme, policy: Policy) throws(QuantizationError) {
    layers = WeightedLayer.all(in: graph)
    guard !layers.isEmpty else {
      let others = UnquantizedLayer.all(in: graph)
      throw .nothingToQuantize(
        reason: others.isEmpty
          ? "no Conv, Gemm or MatMul reads float32 weights stored in the file"
          : others.prefix(6).map { "'\($0.name)': \($0.reason)" }.joined(separator: "; "))
    }
    bits = try policy.bits(of: layers, scheme: scheme.weights)
    quantized = zip(layers, bits).compactMap { layer, bits in bits.map { (layer, $0) } }
    guard !quantized.isEmpty else {
      throw .nothingToQuantize(
        reason: "all \(layers.count) layers are excluded or have too few weights")
    }
    usesInt4 = quantized.contains { scheme.weights.grid(bits: $0.bits).storage == .int4 }
    report = zip(layers, bits).map { layer, bits in
      QuantizedLayer(
        name: layer.name, opType: layer.opType, weight: layer.weight,
        elementCount: layer.elementCount, bits: bits)
    }
  }

  /// The operator set that the quantized file needs.
  func opset(from opset: Int) -> Int { max(opset, usesInt4 ? 21 : 13) }
}
