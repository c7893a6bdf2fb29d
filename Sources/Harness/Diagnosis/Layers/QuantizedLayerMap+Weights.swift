import Engine
import ONNXFormat
import Quantization

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
    guard layer.bits != nil else { return nil }
    let index = GraphIndex(quantized.graph)
    guard let rounded = try index.dequantized(layer.quantizedWeight) else { return nil }
    return WeightErrors(
      float: try GraphIndex(float.graph).floats(layer.floatWeight), rounded: rounded,
      shape: layer.shape, axis: layer.axis)
  }

  /// What the file grows by where the layer's weights take `bytes` each instead of what they take now.
  func growth(of layer: InspectedLayer, bytes: Int) -> Int {
    let index = GraphIndex(quantized.graph)
    guard let node = index.producer(of: layer.quantizedWeight, "DequantizeLinear"),
      let stored = index.initializers[node.inputs[0]]
    else { return 0 }
    return bytes * layer.elementCount - stored.storedByteCount
  }

  /// The original's weights rounded to the nearest of 8 bits, with scales as many as the file has them.
  func weightsAtEightBits(of layer: InspectedLayer) throws -> [Float] {
    let index = GraphIndex(quantized.graph)
    let scales = index.producer(of: layer.quantizedWeight, "DequantizeLinear").flatMap {
      index.initializers[$0.inputs[1]]
    }
    let isPerChannel = try (scales?.elementCount() ?? 1) > 1
    return RoundToNearest.quantize(
      try GraphIndex(float.graph).floats(layer.floatWeight), shape: layer.shape,
      axis: isPerChannel ? layer.axis : nil, grid: WeightScheme(bits: 8).grid()
    ).dequantized()
  }
}

extension GraphIndex {
  /// The values of a DequantizeLinear of a constant; nil where `name` is none.
  func dequantized(_ name: String) throws -> [Float]? {
    guard let node = producer(of: name, "DequantizeLinear"),
      let stored = initializers[node.inputs[0]]
    else { return nil }
    let codes = try codes(node.inputs[0])
    let scales = try floats(node.inputs[1])
    let zeros = node.inputs.count > 2 ? try self.codes(node.inputs[2]) : []
    let (axis, blockSize) = (node.int("axis") ?? 0, node.int("block_size") ?? 0)
    let length = scales.count > 1 ? stored.dims[axis] : 1
    let inner = scales.count > 1 ? stored.dims[(axis + 1)...].reduce(1, *) : codes.count
    let blocks = blockSize > 0 ? (length + blockSize - 1) / blockSize : 0
    return codes.enumerated().map { index, code in
      let (row, column) = index.quotientAndRemainder(dividingBy: max(inner, 1))
      let entry = row % length
      let set = blocks > 0 ? (row / length * blocks + entry / blockSize) * inner + column : entry
      let zero = zeros.isEmpty ? 0 : zeros[min(set, zeros.count - 1)]
      return Float(code - zero) * scales[set]
    }
  }
}

extension ModelNode {
  fileprivate func int(_ attribute: String) -> Int? {
    guard case .int(let value)? = self[attribute: attribute] else { return nil }
    return value
  }
}
