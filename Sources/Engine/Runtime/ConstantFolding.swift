extension Graph {
  /// Computes every node whose inputs are all constants (weights behind DequantizeLinear, Constant nodes).
  /// - Parameter leaving: operators to leave as they are.
  func foldingConstants(
    registry: OperatorRegistry, leaving: Set<String> = []
  ) throws(GraphError) -> Graph {
    var graph = self
    graph.nodes = []
    let scratch = Scratch()
    var used = 0
    var waiting: [Node] = nodes.reversed()
    while let node = waiting.popLast() {
      if let body = decidedBody(of: node, in: graph) {
        waiting += graph.splice(body, at: node).reversed()
        continue
      }
      let operands = node.inputs.map { id in graph.constant(id).map { Operand($0) } }
      let isConstant = zip(node.inputs, operands).allSatisfy { $0 == nil || $1 != nil }
      guard isConstant, !leaving.contains(node.opType), let kernel = try? registry.kernel(for: node)
      else {
        graph.nodes.append(node)
        continue
      }
      let results = try evaluate(kernel, of: node, on: operands, scratch: scratch)
      used = try MemoryLimit.check(results.map(\.type), used: used)
      for (output, result) in zip(node.outputs, results) {
        if let output { graph.set(output, to: .computed(result)) }
      }
    }
    return graph
  }
}

extension Graph {
  /// The branch that an If with a constant condition takes.
  private func decidedBody(of node: Node, in graph: Graph) -> Graph? {
    guard node.is("If"), let condition = graph.constant(node.inputs.first ?? nil),
      condition.dtype == .bool, condition.count == 1
    else { return nil }
    return node.subgraphs[condition.array(of: Bool.self)[0] ? "then_branch" : "else_branch"]
  }

  /// Adds a body's values and returns its nodes in terms of this graph, ending with the outputs of `node`.
  private mutating func splice(_ body: Graph, at node: Node) -> [Node] {
    var names: [ValueName: ValueName] = [:]
    for (name, constant) in body.orderedConstants {
      names[name] = uniqueName(name)
      set(names[name] ?? name, to: constant)
    }
    for (capture, source) in zip(body.captures, node.inputs.dropFirst(body.firstCapture)) {
      names[capture] = source
    }
    for name in body.nodes.flatMap(\.computed) { names[name] = uniqueName(name) }
    func mapped(_ name: ValueName?) -> ValueName? { name.flatMap { names[$0] } }
    var spliced = body.nodes.map { inner in
      var inner = inner
      inner.inputs = inner.inputs.map(mapped)
      inner.outputs = inner.outputs.map(mapped)
      return inner
    }
    for (inner, outer) in zip(body.outputs, node.outputs) {
      spliced.append(
        Node(
          name: node.name, opType: "Identity", opset: node.opset, inputs: [mapped(inner)],
          outputs: [outer]))
    }
    return spliced
  }
}

/// Runs one node on constants.
func evaluate(
  _ kernel: any NodeKernel, of node: Node, on operands: [Operand?], scratch: Scratch
) throws(GraphError) -> [Tensor] {
  do {
    if let kernel = kernel as? any DataDependentOperator {
      return try kernel.results(operands.map { $0?.constant }, scratch)
    }
    let types = try inferredTypes(of: kernel, on: operands)
    let storages = types.map { TensorStorage(byteCount: $0.byteCount) }
    let views = operands.map { $0?.constant.map(TensorView.init) }
    let call = OperatorCall(
      inputs: views,
      outputs: zip(types, storages).map { MutableTensorView(type: $0, base: $1.base) },
      scratch: scratch, workers: .alone)
    if kernel is any ViewOperator, let source = views.first ?? nil {
      storages[0].base.copyMemory(from: source.base, byteCount: source.bytes.count)
    } else {
      try kernel.prepared(operands, computing: types).run(call)
    }
    return zip(types, storages).map { Tensor($0, storage: $1) }
  } catch {
    throw error.located(in: node, operands)
  }
}

/// Shape inference whose result is safe to allocate.
func inferredTypes(
  of kernel: any NodeKernel, on operands: [Operand?]
) throws(GraphError) -> [TensorType] {
  let types = try kernel.outputTypes(operands)
  _ = try MemoryLimit.check(types)
  return types
}

extension TensorView {
  init(_ tensor: Tensor) {
    self.init(type: tensor.type, base: UnsafeRawPointer(tensor.storage.base))
  }
}

extension GraphError {
  /// The error with the node it happened in and what reached that node.
  func located(in node: Node, _ operands: [Operand?]) -> GraphError {
    if case .inNode = self { return self }
    return .inNode(
      name: node.name, opType: node.opType,
      inputs: operands.map { $0.map { "\($0.type)" } ?? "–" }, self)
  }

  /// The same, each operand with its name and the node that produces it.
  func located(in node: Node, _ operands: [Operand?], of graph: Graph) -> GraphError {
    if case .inNode = self { return self }
    let producers = graph.producers()
    let inputs = zip(node.inputs, operands).map { name, operand -> String in
      guard let name, let operand else { return "–" }
      let producer = producers[name].map { " from '\(graph.nodes[$0].name)'" } ?? ""
      return "'\(name)' \(operand.type)\(producer)"
    }
    return .inNode(name: node.name, opType: node.opType, inputs: inputs, self)
  }
}
