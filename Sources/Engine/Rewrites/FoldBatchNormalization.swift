extension Graph {
  /// Merges a BatchNormalization into the Conv before it, where nobody else reads that Conv's output.
  func foldingBatchNormalization(keeping: Set<ValueID>) -> Graph {
    var graph = self
    let consumers = consumers()
    let producers = producers()
    let fixed = fixedValues(keeping)
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.is("BatchNormalization") {
      guard let input = node.inputs.first ?? nil, let producer = producers[input],
        soleConsumer(of: input, consumers, fixed: fixed) == index,
        let factors = batchNormalizationFactors(of: node),
        let conv = graph.foldedConvolution(nodes[producer], factors, output: node.outputs[0])
      else { continue }
      graph.nodes[producer] = conv
      removed.insert(index)
    }
    graph.removeNodes(at: removed)
    return graph
  }

  /// The node's affine map, where its parameters are constants of one size.
  func batchNormalizationFactors(of node: Node) -> BatchNormalizationFactors? {
    let parameters = node.inputs.dropFirst().compactMap { constant($0) }
    guard parameters.count == 4, parameters.allSatisfy({ $0.dtype == .float32 }),
      Set(parameters.map(\.count)).count == 1,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let epsilon = try? node.attributes.float("epsilon", default: 1e-5),
      (try? node.attributes.flag("training_mode")) == false
    else { return nil }
    let values = parameters.map { $0.array(of: Float.self) }
    return BatchNormalizationFactors(
      scale: values[0], bias: values[1], mean: values[2], variance: values[3], epsilon: epsilon)
  }

  private mutating func foldedConvolution(
    _ conv: Node, _ factors: BatchNormalizationFactors, output: ValueID?
  ) -> Node? {
    guard conv.is("Conv"), conv.inputs.count >= 2, let weights = constant(conv.inputs[1]),
      weights.dtype == .float32, weights.shape.rank >= 3, weights.shape[0] == factors.factor.count
    else { return nil }
    let biasID = conv.inputs.count > 2 ? conv.inputs[2] : nil
    let bias = constant(biasID)
    guard biasID == nil || bias?.count == factors.factor.count else { return nil }
    let perChannel = weights.count / max(weights.shape[0], 1)
    let folded = factors.folded(
      weights: weights.array(of: Float.self), inner: perChannel,
      bias: bias?.array(of: Float.self))
    var merged = conv
    merged.outputs = [output]
    merged.inputs = [
      conv.inputs[0],
      add("\(conv.name).folded.weight", constant: Tensor(folded.weights, shape: weights.shape)),
      add("\(conv.name).folded.bias", constant: Tensor(folded.bias, shape: [folded.bias.count])),
    ]
    return merged
  }
}
