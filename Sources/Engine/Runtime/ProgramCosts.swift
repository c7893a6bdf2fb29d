extension Program {
  /// Multiply-accumulates of one run at the given input types; only convolutions and matrix products count.
  public func multiplyAccumulates(_ inputs: [TensorType]) throws(GraphError) -> Int {
    try check(inputs)
    var inference = TypeInference(self, inputs: inputs)
    try inference.run()
    return inference.executed.reduce(0) { total, index in
      guard let kernel = kernels[index] as? any MultiplyAccumulating,
        let outputs = inference.outputTypes[index]
      else { return total }
      let types = graph.nodes[index].inputs.compactMap { name in
        name.flatMap { inference.types[$0] }
      }
      return total + kernel.multiplyAccumulates(types, outputs)
    }
  }
}
