import CalibrantONNXFormat

extension Graph {
  /// The graph as it runs: calls of functions that the model defines are their bodies, bodies of control flow are graphs,
  /// constants tensors. Floats of 16 and 64 bits become float32.
  package func resolved() throws(GraphError) -> Graph {
    let resolution = Resolution(functions: source?.functions ?? [])
    var scope = Resolution.Scope(opsets: opsets)
    var graph = self
    graph.nodes = []
    graph.source = nil
    graph.pinned = []
    if source?.graph.hasSparseInitializers ?? false {
      let reason = "sparse ones are not supported"
      graph.refused.append(
        Refusal.value(source?.graph.name ?? "", kind: "initializer", reason: reason))
    }
    try resolution.loadConstants(of: &graph, &scope)
    graph.inputs = []
    for input in inputs { resolution.add(input, to: &graph, &scope) }
    try resolution.add(nodes, to: &graph, &scope)
    graph.outputs = try outputs.map { name throws(GraphError) in
      guard let output = scope.names[name] else { throw .unknownValue(name: name) }
      return output
    }
    let widened = Set(graph.widened.values).map { "\($0)" }.sorted()
    if !widened.isEmpty {
      graph.notes.append(
        "\(widened.joined(separator: " and ")) tensors are computed with in float32")
    }
    return graph
  }
}

/// Writes out what a model's nodes stand for.
private struct Resolution {
  /// What names mean at one place of the model.
  struct Scope {
    var opsets: [String: Int]
    /// The graph's name of a value, by the name it has here.
    var names: [String: ValueName] = [:]
    /// Inside a function: what the call gives for its attributes, what it calls its outputs, a prefix of all other names,
    /// and how deep calls are nested.
    var references: [String: AttributeValue] = [:]
    var results: [String: ValueName] = [:]
    var prefix = ""
    var depth = 0
    /// In a body of control flow: the names of each graph around it, and which of them were read.
    var outer: [[String: ValueName]] = []
    var captured: [String] = []
  }

  private struct FunctionKey: Hashable {
    let domain: String
    let name: String
    let overload: String
  }

  /// What the whole model has expanded to so far.
  private final class Size {
    var nodes = 0
    var nameBytes = 0
    var functionBytes = 0
  }

  private let functions: [FunctionKey: ModelFunction]
  private let size = Size()

  /// Bounds what a small file can expand to. Guides/Limits.md lists them.
  private static let maximumDepth = 64
  private static let maximumNodes = 1 << 18
  private static let maximumNameBytes = 1 << 28
  private static let maximumFunctionBytes = 1 << 31

  init(functions: [ModelFunction]) {
    self.functions = Dictionary(
      functions.map { (FunctionKey(domain: $0.domain, name: $0.name, overload: $0.overload), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Makes the graph's constants tensors; those that no tensor can hold are refused.
  func loadConstants(of graph: inout Graph, _ scope: inout Scope) throws(GraphError) {
    for (name, constant) in graph.orderedConstants {
      scope.names[name] = name
      guard case .stored(let stored) = constant else { continue }
      guard let type = stored.elementType, DType(type) != nil else {
        let type = stored.elementType.map { "\($0)" } ?? "unknown"
        graph.refused.append(
          Refusal.value(name, kind: "initializer", reason: "elements of type \(type)"))
        continue
      }
      graph.set(name, to: .computed(try Tensor(stored)))
      if type.isWidened { graph.widened[name] = type }
    }
  }

  func add(_ input: GraphInput, to graph: inout Graph, _ scope: inout Scope) {
    scope.names[input.name] = input.name
    guard let type = input.elementType, input.dtype != nil else {
      let reason = input.elementType.map { "elements of type \($0)" } ?? "it is no dense tensor"
      graph.refused.append(Refusal.value(input.name, kind: "input", reason: reason))
      return
    }
    if type.isWidened { graph.widened[input.name] = type }
    graph.inputs.append(input)
  }

  func add(_ nodes: [Node], to graph: inout Graph, _ scope: inout Scope) throws(GraphError) {
    for node in nodes {
      let key = FunctionKey(
        domain: node.domain, name: node.opType, overload: node.attributes.node.overload)
      if let function = functions[key] {
        try expand(function, at: node, to: &graph, &scope)
      } else {
        try add(node, to: &graph, &scope)
      }
    }
  }

  private func add(_ node: Node, to graph: inout Graph, _ scope: inout Scope) throws(GraphError) {
    size.nodes += 1
    guard size.nodes <= Self.maximumNodes else {
      throw .tooLarge(reason: "it has, or expands to, more than \(Self.maximumNodes) nodes")
    }
    var added = node
    added.name = scope.prefix + node.displayName
    added.opset = scope.opsets[node.domain] ?? 0
    added.attributes.resolve(scope.references)
    added.inputs = try node.inputs.map { name throws(GraphError) in
      try name.map { name throws(GraphError) in try resolve(name, in: &graph, &scope) }
    }
    added.outputs = node.outputs.map { name in name.map { define($0, in: &graph, &scope) } }
    added.resolveCastLike(in: graph)
    for (name, body) in added.removeBodies() {
      added.subgraphs[name] = try subgraph(body, of: &added, in: &graph, &scope)
    }
    graph.nodes.append(added)
  }

  private func define(_ name: String, in graph: inout Graph, _ scope: inout Scope) -> ValueName {
    let isKnown = scope.depth == 0 && scope.names[name] == nil
    let defined =
      scope.results.removeValue(forKey: name)
      ?? (isKnown ? name : graph.uniqueName(scope.prefix + name))
    scope.names[name] = defined
    return defined
  }

  /// The value of that name; a name of the surrounding graph becomes a captured value of this one.
  private func resolve(
    _ name: String, in graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) -> ValueName {
    if let known = scope.names[name] { return known }
    guard scope.outer.contains(where: { $0[name] != nil }) else { throw .unknownValue(name: name) }
    let captured = graph.uniqueName(name)
    graph.captures.append(captured)
    scope.names[name] = captured
    scope.captured.append(name)
    return captured
  }

  private func subgraph(
    _ body: ModelGraph, of node: inout Node, in graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) -> Graph {
    guard scope.depth < Self.maximumDepth else {
      throw .tooLarge(reason: "its graphs are nested more than \(Self.maximumDepth) deep")
    }
    let (inner, captured) = try self.body(body, firstCapture: node.inputs.count, within: scope)
    for name in captured { node.inputs.append(try resolve(name, in: &graph, &scope)) }
    return inner
  }

  /// A graph of its own, and the names that it reads of those around it.
  private func body(
    _ body: ModelGraph, firstCapture: Int, within scope: Scope
  ) throws(GraphError) -> (Graph, captured: [String]) {
    var graph = Graph()
    var inner = scope
    inner.outer.append(scope.names)
    (inner.names, inner.captured, inner.results) = ([:], [], [:])
    inner.depth += 1
    graph.firstCapture = firstCapture
    for tensor in body.initializers { graph.set(tensor.name, to: .stored(tensor)) }
    try loadConstants(of: &graph, &inner)
    // What a loop's body reads has no type until the loop runs.
    for input in body.inputs where inner.names[input.name] == nil {
      if input.elementType.flatMap({ DType($0) }) == nil {
        _ = define(input.name, in: &graph, &inner)
      } else {
        add(
          GraphInput(
            name: input.name, elementType: input.elementType, dimensions: input.dimensions),
          to: &graph, &inner)
      }
    }
    try add(body.nodes.map { Node($0, opset: 0) }, to: &graph, &inner)
    for output in body.outputs {
      graph.outputs.append(try resolve(output.name, in: &graph, &inner))
    }
    return (graph, inner.captured)
  }

  /// A call repeats its function, and its own name in those of all values within.
  private func count(_ function: ModelFunction, at call: Node, _ scope: Scope) throws(GraphError) {
    let prefix = scope.prefix.utf8.count + call.displayName.utf8.count
    // A file has at most 2^31 bytes, so that neither product nor sums overflow.
    size.nameBytes += prefix * (1 + 2 * function.nodes.count)
    size.functionBytes += 1 + function.byteCount
    guard size.nameBytes <= Self.maximumNameBytes,
      size.functionBytes <= Self.maximumFunctionBytes
    else {
      throw .tooLarge(
        reason: "its functions expand to more than \(Self.maximumFunctionBytes) bytes, or "
          + "\(Self.maximumNameBytes) of names")
    }
  }

  private func expand(
    _ function: ModelFunction, at call: Node, to graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) {
    guard scope.depth < Self.maximumDepth else {
      throw .tooLarge(
        reason: "its functions call each other more than \(Self.maximumDepth) deep")
    }
    try count(function, at: call, scope)
    var given = call.attributes
    given.resolve(scope.references)
    var inner = Scope(opsets: function.opsets)
    inner.references = function.attributeDefaults.merging(given.all) { $1 }
    inner.prefix = scope.prefix + call.displayName + "/"
    inner.depth = scope.depth + 1
    for (name, argument) in zip(function.inputs, call.inputs) {
      if let argument { inner.names[name] = try resolve(argument, in: &graph, &scope) }
    }
    let omitted = Set(function.inputs).subtracting(inner.names.keys)
    var results: [(inner: String, outer: ValueName)] = []
    for (name, output) in zip(function.outputs, call.outputs) {
      guard let output else { continue }
      results.append((name, define(output, in: &graph, &scope)))
    }
    inner.results = Dictionary(
      results.filter { inner.names[$0.inner] == nil }, uniquingKeysWith: { first, _ in first })
    let nodes = function.nodes.map { Node($0, opset: 0).omitting(omitted) }
    try add(nodes, to: &graph, &inner)
    for (name, output) in results {
      guard let result = inner.names[name] else { throw .unknownValue(name: inner.prefix + name) }
      guard result != output else { continue }
      // What a function only passes on, or gives twice.
      graph.nodes.append(
        Node(
          name: inner.prefix + name, opType: "Identity", opset: 1, inputs: [result],
          outputs: [output]))
    }
  }
}

extension Node {
  /// The node without the inputs that a call of its function leaves out.
  fileprivate func omitting(_ names: Set<String>) -> Node {
    var node = self
    node.inputs = inputs.map { name in name.flatMap { names.contains($0) ? nil : $0 } }
    return node
  }

  /// CastLike whose second input was stored as a float that became float32 is a Cast to that float.
  fileprivate mutating func resolveCastLike(in graph: Graph) {
    guard self.is("CastLike"), inputs.count == 2, let like = inputs[1],
      let stored = graph.widened[like]
    else { return }
    opType = "Cast"
    inputs = [inputs[0]]
    attributes["to"] = .int(stored.rawValue)
  }
}
