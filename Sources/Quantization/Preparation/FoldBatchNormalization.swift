import ONNXFormat

/// The parameters of a batch norm at inference, one value per channel.
struct BatchNormalization {
  let scale: [Float]
  let bias: [Float]
  let mean: [Float]
  let variance: [Float]
  let epsilon: Float

  /// What the output is multiplied with: γ / √(σ² + ε).
  var gains: [Double] {
    zip(scale, variance).map { Double($0) / (Double($1) + Double(epsilon)).squareRoot() }
  }

  /// Weights and bias of a layer that does the work of a linear layer and the norm after it, computed
  /// in double precision: W·k and (b − μ)·k + β.
  func fold(weights: [Float], shape: [Int], axis: Int, bias layerBias: [Float]?)
    -> (weights: [Float], bias: [Float])
  {
    let gains = gains
    var folded = weights
    WeightLayout(shape: shape, axis: axis).forEachRun { channel, run in
      for i in run { folded[i] = Float(Double(weights[i]) * gains[channel]) }
    }
    let shifted = gains.indices.map { c in
      let before = Double(layerBias?[c] ?? 0)
      return Float((before - Double(mean[c])) * gains[c] + Double(bias[c]))
    }
    return (folded, shifted)
  }
}

extension Document {
  /// For each output of a batch norm, β and |γ| of its channels.
  func normalizedOutputs() throws(QuantizationError) -> [String: [Normal]] {
    var result: [String: [Normal]] = [:]
    for node in nodes {
      guard let norm = try batchNormalization(node), let output = node.outputs.first else {
        continue
      }
      result[output] = zip(norm.bias, norm.scale).map {
        Normal(mean: Double($0), deviation: Double(abs($1)))
      }
    }
    return result
  }

  /// Folds each batch norm into the Conv or Gemm before it, whose output nothing else may read. The
  /// layer then produces the norm's output, under that name.
  mutating func foldBatchNormalization() throws(QuantizationError) {
    var folded: Set<Int> = []
    let producers = producers()
    let consumers = consumers()
    for (index, node) in nodes.enumerated() {
      guard let norm = try batchNormalization(node), let input = node.input(0),
        let layer = producers[input], consumers[input]?.count == 1, !pinned.contains(input),
        try fold(norm, node, into: layer, consumers)
      else { continue }
      nodes[layer].outputs = [node.outputs[0]]
      folded.insert(index)
    }
    nodes = nodes.indices.filter { !folded.contains($0) }.map { nodes[$0] }
  }

  private func batchNormalization(_ node: ModelNode) throws(QuantizationError)
    -> BatchNormalization?
  {
    guard node.is("BatchNormalization"), node.inputs.count == 5,
      node.int("training_mode") ?? 0 == 0,
      node.outputs.dropFirst().allSatisfy(\.isEmpty),
      let scale = try floats(node.inputs[1]), let bias = try floats(node.inputs[2]),
      let mean = try floats(node.inputs[3]), let variance = try floats(node.inputs[4]),
      [bias.count, mean.count, variance.count].allSatisfy({ $0 == scale.count })
    else { return nil }
    return BatchNormalization(
      scale: scale, bias: bias, mean: mean, variance: variance,
      epsilon: node.float("epsilon") ?? 1e-5)
  }

  private mutating func fold(
    _ norm: BatchNormalization, _ node: ModelNode, into index: Int, _ consumers: [String: [Int]]
  ) throws(QuantizationError) -> Bool {
    let layer = nodes[index]
    let isPlainGemm = layer.is("Gemm") && layer.float("beta") ?? 1 == 1
    guard layer.is("Conv") || isPlainGemm, let weightName = layer.input(1),
      let weights = try floats(weightName), let tensor = initializers[weightName],
      let axis = WeightAxis.axis(of: layer, rank: tensor.dims.count),
      tensor.dims[axis] == norm.scale.count
    else { return false }
    let layerBias = try layer.input(2).map { (name) throws(QuantizationError) in try floats(name) }
    if let layerBias, layerBias?.count != norm.scale.count { return false }
    let result = norm.fold(
      weights: weights, shape: tensor.dims, axis: axis, bias: layerBias ?? nil)
    guard (result.weights + result.bias).allSatisfy(\.isFinite) else { return false }
    // Weights that several layers share stay as they are for the others.
    let isShared = (consumers[weightName]?.count ?? 0) > 1 || pinned.contains(weightName)
    let weightTarget = isShared ? uniqueName(weightName + "_folded") : weightName
    store(weightTarget, floats: result.weights, dims: tensor.dims)
    let biasTarget = uniqueName(node.outputs[0] + "_bias")
    store(biasTarget, floats: result.bias, dims: [result.bias.count])
    nodes[index].inputs = [layer.inputs[0], weightTarget, biasTarget]
    return true
  }
}
