import Engine
import ONNXFormat

/// A batch norm at inference: what it does to a channel, and what it says of the channel's output.
private struct BatchNormalization {
  let factors: BatchNormalizationFactors
  /// β and |γ| of each channel.
  let normals: [ChannelNormal]

  init(scale: [Float], bias: [Float], mean: [Float], variance: [Float], epsilon: Float) {
    factors = BatchNormalizationFactors(
      scale: scale, bias: bias, mean: mean, variance: variance, epsilon: epsilon)
    normals = zip(bias, scale).map { ChannelNormal(mean: Double($0), deviation: Double(abs($1))) }
  }

  var channels: Int { normals.count }
}

extension Document {
  /// For each output of a batch norm, β and |γ| of its channels.
  func normalizedOutputs() throws(QuantizationError) -> [String: [ChannelNormal]] {
    var result: [String: [ChannelNormal]] = [:]
    for node in nodes {
      guard let norm = try batchNormalization(node), let output = node.outputs.first else {
        continue
      }
      result[output] = norm.normals
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
      tensor.dims[axis] == norm.channels
    else { return false }
    let layerBias = try layer.input(2).map { (name) throws(QuantizationError) in try floats(name) }
    if let layerBias, layerBias?.count != norm.channels { return false }
    let layout = WeightLayout(shape: tensor.dims, axis: axis)
    let result = norm.factors.folded(
      weights: weights, inner: layout.inner, bias: layerBias ?? nil)
    guard result.weights.allSatisfy(\.isFinite), result.bias.allSatisfy(\.isFinite) else {
      return false
    }
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
