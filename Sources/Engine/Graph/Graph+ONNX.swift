import ONNXFormat

extension Graph {
  /// Imports a validated model. Operators are not looked at: whether they can run is the registry's question.
  public init(_ model: Model) throws(GraphError) {
    self.init()
    var ids: [String: ValueID] = [:]
    let source = model.graph
    guard !source.hasSparseInitializers else {
      throw .unsupportedInput(name: source.name, reason: "sparse initializers are not supported")
    }
    for initializer in source.initializers {
      ids[initializer.name] = add(initializer.name, constant: try Tensor(initializer))
    }
    for input in source.inputs where ids[input.name] == nil {
      ids[input.name] = try add(input: input)
    }
    for node in source.nodes { add(node, opsets: model.opsets, ids: &ids) }
    for output in source.outputs {
      guard let id = ids[output.name] else { throw .unknownValue(name: output.name) }
      outputs.append(id)
    }
  }

  private mutating func add(input: ModelValue) throws(GraphError) -> ValueID {
    guard let elementType = input.elementType else {
      throw .unsupportedInput(name: input.name, reason: "it is no dense tensor of a known type")
    }
    guard let dtype = DType(elementType) else {
      throw .unsupportedElementType(value: input.name, type: "\(elementType)")
    }
    let id = add(input.name)
    inputs.append(GraphInput(id: id, dtype: dtype, dimensions: input.dimensions))
    return id
  }

  private mutating func add(_ node: ModelNode, opsets: [String: Int], ids: inout [String: ValueID])
  {
    let inputs = node.inputs.map { $0.isEmpty ? nil : ids[$0] }
    let outputs = node.outputs.map { name -> ValueID? in
      guard !name.isEmpty else { return nil }
      ids[name] = add(name)
      return ids[name]
    }
    nodes.append(
      Node(
        name: node.displayName, opType: node.opType, domain: node.domain,
        opset: opsets[node.domain] ?? 0, attributes: Attributes(node), inputs: inputs,
        outputs: outputs))
  }
}
