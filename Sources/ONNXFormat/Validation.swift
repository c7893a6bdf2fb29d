extension Model {
  /// Checks the structural rules of the specification (docs/IR.md) and reports all violations at once.
  public func validate() throws(ModelError) {
    guard proto.hasGraph else { throw .invalid([.noGraph]) }
    var problems: [StructuralProblem] = opsets.isEmpty ? [.noOpsets] : []
    var check = GraphCheck(domains: Set(opsets.keys))
    check.run(on: proto.graph)
    problems += check.problems
    guard problems.isEmpty else { throw .invalid(problems) }
  }
}

/// Names are unique and defined before use; tensors hold what their shape says.
private struct GraphCheck {
  let domains: Set<String>
  var problems: [StructuralProblem] = []

  mutating func run(on graph: Onnx_GraphProto) {
    if graph.output.isEmpty { problems.append(.noOutputs) }
    for tensor in graph.initializer { check(tensor) }
    var defined = definedAtStart(graph)
    let produced = Set(graph.node.flatMap(\.output))
    for node in graph.node {
      check(node)
      for input in node.input where !input.isEmpty && !defined.contains(input) {
        let name = ModelNode(node).displayName
        problems.append(
          produced.contains(input)
            ? .notTopological(node: name, input: input) : .undefinedInput(node: name, input: input))
      }
      for output in node.output where !output.isEmpty && !defined.insert(output).inserted {
        problems.append(.duplicateDefinition(value: output))
      }
    }
    for output in graph.output where !defined.contains(output.name) {
      problems.append(
        output.name.isEmpty ? .unnamedValue(role: "output") : .undefinedOutput(output: output.name))
    }
  }

  /// Inputs and initializers; an initializer may repeat an input's name as its default.
  private mutating func definedAtStart(_ graph: Onnx_GraphProto) -> Set<String> {
    var inputs: Set<String> = []
    for input in graph.input {
      if input.name.isEmpty { problems.append(.unnamedValue(role: "input")) }
      if !inputs.insert(input.name).inserted {
        problems.append(.duplicateDefinition(value: input.name))
      }
    }
    var initializers: Set<String> = []
    for name in graph.initializer.map(\.name) + graph.sparseInitializer.map(\.values.name)
    where !initializers.insert(name).inserted {
      problems.append(.duplicateDefinition(value: name))
    }
    return inputs.union(initializers)
  }

  private mutating func check(_ node: Onnx_NodeProto) {
    let name = ModelNode(node).displayName
    if node.opType.isEmpty { problems.append(.nodeWithoutOperator(node: name)) }
    if node.output.isEmpty { problems.append(.nodeWithoutOutputs(node: name)) }
    let domain = Model.canonical(domain: node.domain)
    if !domains.contains(domain) {
      problems.append(.noOpsetImport(domain: domain.isEmpty ? "ai.onnx" : domain, node: name))
    }
    var attributes: Set<String> = []
    for attribute in node.attribute {
      if !attributes.insert(attribute.name).inserted {
        problems.append(.duplicateAttribute(node: name, attribute: attribute.name))
      }
      if attribute.type == .tensor { check(attribute.t) }
    }
  }

  private mutating func check(_ tensor: Onnx_TensorProto) {
    guard ModelTensor(tensor).elementType != .string else { return }
    do {
      _ = try ModelTensor(tensor).payload()
    } catch {
      if case .badTensor(let name, let reason) = error {
        problems.append(.badTensor(name: name, reason: reason))
      }
    }
  }
}
