import CalibrantEngine
import CalibrantONNXFormat

/// A quantized file read back: the layers that it shares with its original, their codes, scales and ranges.
package struct QuantizedLayerMap: Sendable {
  /// The prepared float model.
  package let float: Graph
  package let layers: [InspectedLayer]
  let after: CodeReader

  package var quantized: Graph { after.graph }

  /// Operators on codes, of the standard domain and of ONNX Runtime's.
  package static let integerOperators: Set = [
    "QLinearConv", "QLinearMatMul", "QGemm", "ConvInteger", "MatMulInteger", "QAttention",
    "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "MatMulNBits",
  ]

  /// - Parameters:
  ///   - float: prepared for quantization.
  /// - Throws: `QuantizationError.notItsQuantization` where the files have no layer in common, `.balancedChannels` where the
  ///   float model's channels are not balanced as those of the other.
  package init(float: Model, quantized: Model) throws {
    guard float.metadata[BalancedModel.mark] == quantized.metadata[BalancedModel.mark] else {
      throw QuantizationError.balancedChannels
    }
    let before = Graph(float)
    let after = CodeReader(Graph(quantized).restoringActivations(of: before))
    (self.float, self.after) = (before, after)
    let others = after.graph.nodes
    let positions = Dictionary(
      others.enumerated().map { ($1.displayName, $0) }, uniquingKeysWith: { a, _ in a })
    var layers: [InspectedLayer] = []
    for (index, node) in before.nodes.enumerated() {
      guard let axis = before.weightAxis(of: node), let other = positions[node.displayName],
        others[other].opType == node.opType, let output = node.output,
        others[other].output == output,
        let floatWeight = node.input(1), let read = others[other].input(0),
        let weight = others[other].input(1)
      else { continue }
      layers.append(
        InspectedLayer(
          name: node.displayName, opType: node.opType, output: output, floatNode: index,
          quantizedNode: other, floatWeight: floatWeight, quantizedWeight: weight, axis: axis,
          shape: before.constants[floatWeight]?.dims ?? [], bits: try after.bits(of: weight),
          activation: try after.activation(read)))
    }
    guard layers.contains(where: { $0.bits != nil || $0.activation != nil }) else {
      let isIntegerOnly = others.contains { Self.integerOperators.contains($0.opType) }
      throw QuantizationError.notItsQuantization(isIntegerOnly: isIntegerOnly)
    }
    self.layers = layers
  }

  package func floatWeights(of layer: InspectedLayer) throws -> [Float] {
    try float.floats(layer.floatWeight) ?? []
  }

  /// The weights that the file's codes stand for; nil where they are float.
  package func roundedWeights(of layer: InspectedLayer) throws -> [Float]? {
    layer.bits == nil ? nil : try after.dequantized(layer.quantizedWeight)
  }

  /// What the file grows by where the layer's weights take `bytes` each instead of what they take now.
  package func growth(of layer: InspectedLayer, bytes: Int) -> Int {
    after.codes(of: layer.quantizedWeight).map { bytes * layer.elementCount - $0.byteCount }
      ?? 0
  }

  /// The original's weights rounded to the nearest of 8 bits, with scales as many as the file has them.
  package func weightsAtEightBits(of layer: InspectedLayer) throws -> [Float] {
    let isPerChannel = try after.scaleCount(of: layer.quantizedWeight) > 1
    return RoundToNearest.quantize(
      try floatWeights(of: layer), shape: layer.shape, axis: isPerChannel ? layer.axis : nil,
      grid: WeightScheme(bits: 8).grid()
    ).dequantized()
  }
}

extension Graph {
  /// nil where the node has no float32 weights of the file.
  fileprivate func weightAxis(of node: Node) -> Int? {
    guard node.domain.isEmpty, !isConstant(node.input(0)),
      let weight = constantValue(node.input(1)), weight.elementType == .float32
    else { return nil }
    return WeightAxis.axis(of: node, rank: weight.dims.count)
  }
}
