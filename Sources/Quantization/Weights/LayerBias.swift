import CalibrantEngine
import CalibrantONNXFormat

/// Changing the bias of a layer: its third input, or what an Add after a MatMul adds.
extension Graph {
  /// Adds to a layer's bias, which becomes one where the layer has none.
  mutating func addToBias(
    _ shift: [Double], of layer: WeightedLayer
  ) throws(QuantizationError) {
    if let name = layer.bias ?? addedBias(of: layer, consumers()) {
      try add(shift, toBias: name)
    } else if layer.opType != "MatMul" {
      let added = uniqueName("\(layer.weight)_bias")
      store(added, floats: shift.map { Float($0) }, dims: [shift.count])
      nodes[layer.node].inputs = nodes[layer.node].inputs.prefix(2) + [added]
    }
  }

  mutating func add(_ shift: [Double], toBias name: String) throws(QuantizationError) {
    guard let bias = try floats(name), bias.count == shift.count,
      let dims = constants[name]?.dims
    else { return }
    store(name, floats: zip(bias, shift).map { Float(Double($0) + $1) }, dims: dims)
  }

  /// Whether a layer's bias can be changed without changing another's.
  func mayChangeBias(of layer: WeightedLayer, _ readers: [String: [Int]]) -> Bool {
    guard layer.opType != "MatMul" else { return addedBias(of: layer, readers) != nil }
    guard let name = layer.bias else { return true }
    return readers[name]?.count == 1 && constants[name]?.dims == [layer.outputChannels]
  }

  /// The vector that the only reader of a MatMul adds to it, and that nothing else reads.
  func addedBias(of layer: WeightedLayer, _ readers: [String: [Int]]) -> String? {
    guard layer.opType == "MatMul", let output = nodes[layer.node].output,
      !pinned.contains(output), let reader = readers[output], reader.count == 1,
      nodes[reader[0]].is("Add")
    else { return nil }
    return nodes[reader[0]].read.first { name in
      guard let tensor = constants[name], tensor.elementType == .float32 else { return false }
      return tensor.dims.last == layer.outputChannels
        && tensor.dims.dropLast().allSatisfy { $0 == 1 } && readers[name]?.count == 1
    }
  }
}
