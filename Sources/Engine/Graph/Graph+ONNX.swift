import ONNXFormat

extension Graph {
  /// Imports a validated model. Operators are not looked at: whether they can run is the registry's question.
  ///
  /// Calls of functions that the model defines become their bodies. Floats of 16 and 64 bits become float32.
  init(_ model: Model) throws(GraphError) {
    self.init()
    let importer = GraphImporter(model)
    var scope = GraphImporter.Scope(opsets: model.opsets)
    try importer.addValues(of: model.graph, to: &self, &scope)
    try importer.add(model.graph.nodes, to: &self, &scope)
    try importer.addOutputs(of: model.graph, to: &self, scope)
    let widened = Set(values.compactMap(\.widenedFrom)).map { "\($0)" }.sorted()
    if !widened.isEmpty {
      notes.append("\(widened.joined(separator: " and ")) tensors are computed with in float32")
    }
  }
}

/// Turns the nodes of a model into those of a graph.
struct GraphImporter {
  /// What names mean at one place of the model.
  struct Scope {
    var opsets: [String: Int]
    var ids: [String: ValueID] = [:]
    /// Inside a function: what the call gives for its attributes, a prefix of names, and how deep calls are nested.
    var references: [String: AttributeValue] = [:]
    var prefix = ""
    var depth = 0
    /// In a body of control flow: the names of each graph around it, and which of them were read.
    var outer: [[String: ValueID]] = []
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

  init(_ model: Model) {
    functions = Dictionary(
      model.functions.map {
        (FunctionKey(domain: $0.domain, name: $0.name, overload: $0.overload), $0)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Adds initializers and inputs; an initializer may repeat an input's name as its default.
  func addValues(
    of source: ModelGraph, to graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) {
    if source.hasSparseInitializers {
      graph.refused.append(
        Refusal.value(source.name, kind: "initializer", reason: "sparse ones are not supported"))
    }
    for initializer in source.initializers {
      scope.ids[initializer.name] = try add(initializer, to: &graph)
    }
    for input in source.inputs where scope.ids[input.name] == nil {
      scope.ids[input.name] = add(input, to: &graph, isBody: scope.depth > 0)
    }
  }

  private func add(
    _ initializer: ModelTensor, to graph: inout Graph
  ) throws(GraphError) -> ValueID {
    guard let type = initializer.elementType, DType(type) != nil else {
      let type = initializer.elementType.map { "\($0)" } ?? "unknown"
      graph.refused.append(
        Refusal.value(initializer.name, kind: "initializer", reason: "elements of type \(type)"))
      return graph.add(initializer.name)
    }
    let id = graph.add(initializer.name, constant: try Tensor(initializer))
    note(type, for: id, in: &graph)
    return id
  }

  /// What a loop's body reads has no type until the loop runs.
  private func add(_ input: ModelValue, to graph: inout Graph, isBody: Bool) -> ValueID {
    let id = graph.add(input.name)
    guard let elementType = input.elementType, let dtype = DType(elementType) else {
      let reason = input.elementType.map { "elements of type \($0)" } ?? "it is no dense tensor"
      if !isBody {
        graph.refused.append(Refusal.value(input.name, kind: "input", reason: reason))
      }
      return id
    }
    note(elementType, for: id, in: &graph)
    graph.inputs.append(GraphInput(id: id, dtype: dtype, dimensions: input.dimensions))
    return id
  }

  private func note(_ type: ElementType?, for id: ValueID, in graph: inout Graph) {
    if let type, type.isWidened { graph[id].widenedFrom = type }
  }

  func addOutputs(
    of source: ModelGraph, to graph: inout Graph, _ scope: Scope
  ) throws(GraphError) {
    for output in source.outputs {
      guard let id = scope.ids[output.name] else { throw .unknownValue(name: output.name) }
      graph.outputs.append(id)
    }
  }

  func add(
    _ nodes: [ModelNode], to graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) {
    for node in nodes {
      let key = FunctionKey(domain: node.domain, name: node.opType, overload: node.overload)
      if let function = functions[key] {
        try expand(function, at: node, to: &graph, &scope)
      } else {
        try add(node, to: &graph, &scope)
      }
    }
  }

  private func add(
    _ node: ModelNode, to graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) {
    size.nodes += 1
    guard size.nodes <= Self.maximumNodes else {
      throw .tooLarge(reason: "it has, or expands to, more than \(Self.maximumNodes) nodes")
    }
    var attributes = Attributes(node, references: scope.references)
    let inputs = try node.inputs.map { name throws(GraphError) in
      name.isEmpty ? nil : try resolve(name, in: &graph, &scope)
    }
    let name = scope.prefix + node.displayName
    let outputs = node.outputs.map { name -> ValueID? in
      name.isEmpty ? nil : define(name, in: &graph, &scope)
    }
    var added = Node(
      name: name, opType: node.opType, domain: node.domain, opset: scope.opsets[node.domain] ?? 0,
      attributes: attributes, inputs: inputs, outputs: outputs)
    added.resolveCastLike(in: graph)
    for (name, body) in attributes.graphs {
      attributes.remove(name)
      added.subgraphs[name] = try subgraph(body, of: &added, in: &graph, &scope)
    }
    if !added.subgraphs.isEmpty { added.attributes = attributes }
    graph.nodes.append(added)
  }

  private func define(_ name: String, in graph: inout Graph, _ scope: inout Scope) -> ValueID {
    let id = graph.add(scope.prefix + name)
    scope.ids[name] = id
    return id
  }

  /// The value of that name; a name of the surrounding graph becomes a captured value of this one.
  private func resolve(
    _ name: String, in graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) -> ValueID {
    if let id = scope.ids[name] { return id }
    guard scope.outer.contains(where: { $0[name] != nil }) else { throw .unknownValue(name: name) }
    let id = graph.add(name)
    graph.captures.append(id)
    scope.ids[name] = id
    scope.captured.append(name)
    return id
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
    var names = scope
    names.outer.append(scope.ids)
    (names.ids, names.captured) = ([:], [])
    names.depth += 1
    graph.firstCapture = firstCapture
    try addValues(of: body, to: &graph, &names)
    try add(body.nodes, to: &graph, &names)
    for output in body.outputs {
      graph.outputs.append(try resolve(output.name, in: &graph, &names))
    }
    return (graph, names.captured)
  }

  /// A call repeats its function, and its own name in those of all values within.
  private func count(
    _ function: ModelFunction, at call: ModelNode, _ scope: Scope
  ) throws(GraphError) {
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
    _ function: ModelFunction, at call: ModelNode, to graph: inout Graph, _ scope: inout Scope
  ) throws(GraphError) {
    guard scope.depth < Self.maximumDepth else {
      throw .tooLarge(
        reason: "its functions call each other more than \(Self.maximumDepth) deep")
    }
    try count(function, at: call, scope)
    let given = Attributes(call, references: scope.references).all
    var inner = Scope(opsets: function.opsets)
    inner.references = function.attributeDefaults.merging(given) { $1 }
    inner.prefix = scope.prefix + call.displayName + "/"
    inner.depth = scope.depth + 1
    for (name, argument) in zip(function.inputs, call.inputs) where !argument.isEmpty {
      inner.ids[name] = try resolve(argument, in: &graph, &scope)
    }
    let nodes = function.nodes.map { $0.omitting(Set(function.inputs).subtracting(inner.ids.keys)) }
    try add(nodes, to: &graph, &inner)
    for (name, output) in zip(function.outputs, call.outputs) where !output.isEmpty {
      guard let id = inner.ids[name] else { throw .unknownValue(name: inner.prefix + name) }
      scope.ids[output] = id
      graph[id].name = scope.prefix + output
    }
  }
}

extension ModelNode {
  /// The node without the inputs that a call of its function leaves out.
  fileprivate func omitting(_ names: Set<String>) -> ModelNode {
    guard inputs.contains(where: names.contains) else { return self }
    var node = self
    node.inputs = inputs.map { names.contains($0) ? "" : $0 }
    return node
  }
}

extension Node {
  /// CastLike whose second input was stored as a float that became float32 is a Cast to that float.
  fileprivate mutating func resolveCastLike(in graph: Graph) {
    guard self.is("CastLike"), inputs.count == 2, let like = inputs[1],
      let stored = graph[like].widenedFrom
    else { return }
    opType = "Cast"
    inputs = [inputs[0]]
    attributes = Attributes(attributes.all.merging(["to": .int(stored.rawValue)]) { $1 })
  }
}
