extension Graph {
  /// Merges each BatchNormalization into the layer before it, where nobody else reads that layer's output; the layer then
  /// computes the norm's output, under that name.
  /// - Parameter opTypes: of Conv and Gemm, the layers to merge into.
  package func foldingBatchNormalization(
    keeping: Set<ValueName>, into opTypes: Set<String>, traits: (Node) -> OperatorTraits
  ) -> Graph {
    var graph = self
    let (consumers, producers, fixed) = (consumers(), producers(), fixedValues(keeping))
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.is("BatchNormalization") {
      guard let input = node.input(0), let output = node.output, let producer = producers[input],
        soleConsumer(of: input, consumers, fixed: fixed) == index,
        nodes[producer].domain.isEmpty, opTypes.contains(nodes[producer].opType),
        let factors = batchNormalizationFactors(of: node),
        let folded = folded(factors, nodes[producer], traits)
      else { continue }
      // Weights that several layers share stay as they are for the others.
      let name = nodes[producer].input(1) ?? ""
      let isShared = (consumers[name]?.count ?? 0) > 1 || fixed.contains(name)
      let weights = isShared ? graph.uniqueName(name + "_folded") : name
      let bias = graph.uniqueName(output + "_bias")
      graph.set(weights, to: .computed(folded.weights))
      graph.set(bias, to: .computed(folded.bias))
      graph.nodes[producer].inputs = [nodes[producer].input(0), weights, bias]
      graph.nodes[producer].outputs = [output]
      removed.insert(index)
    }
    graph.removeNodes(at: removed)
    return graph
  }

  /// The node's affine map, where its parameters are constants of one size.
  package func batchNormalizationFactors(of node: Node) -> BatchNormalizationFactors? {
    let parameters = node.inputs.dropFirst().compactMap { constant($0) }
    guard node.is("BatchNormalization"), parameters.count == 4,
      parameters.allSatisfy({ $0.dtype == .float32 }), Set(parameters.map(\.count)).count == 1,
      node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let epsilon = try? node.attributes.float("epsilon", default: 1e-5),
      (try? node.attributes.flag("training_mode")) == false
    else { return nil }
    let values = parameters.map { $0.array(of: Float.self) }
    return BatchNormalizationFactors(
      scale: values[0], bias: values[1], mean: values[2], variance: values[3], epsilon: epsilon)
  }

  /// Weights and bias of the layer with the norm; nil where the layer is no plain one, or the result is not finite.
  private func folded(
    _ factors: BatchNormalizationFactors, _ layer: Node, _ traits: (Node) -> OperatorTraits
  ) -> (weights: Tensor, bias: Tensor)? {
    let channels = factors.factor.count
    let givenBias = layer.input(2)
    let bias = constant(givenBias)
    guard (try? layer.attributes.float("beta", default: 1)) == 1,
      let weights = constant(layer.input(1)), weights.dtype == .float32,
      let axis = traits(layer).weight?.outputAxis(layer.attributes, weights.shape.rank),
      weights.shape[axis] == channels,
      givenBias == nil || (bias?.dtype == .float32 && bias?.count == channels)
    else { return nil }
    let folded = factors.folded(
      weights: weights.array(of: Float.self), inner: weights.shape.count((axis + 1)...),
      bias: bias?.array(of: Float.self))
    guard folded.weights.allSatisfy(\.isFinite), folded.bias.allSatisfy(\.isFinite) else {
      return nil
    }
    return (
      Tensor(folded.weights, shape: weights.shape), Tensor(folded.bias, shape: [channels])
    )
  }
}
