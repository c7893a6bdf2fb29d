import CalibrantEngine
import CalibrantONNXFormat

extension Model {
  /// The same network computed with in float32, where the file says float16 or bfloat16: quantized operators of 16-bit
  /// floats are what few runtimes have. Inputs and outputs keep their types, behind a Cast.
  ///
  /// A model without such floats comes back as it is.
  public func widenedToFloat32() throws(QuantizationError) -> Model {
    let graph = graph
    guard Self.hasNarrowFloats(graph) else { return self }
    var widened = try Self.widened(graph)
    let names = Set(graph.nodes.flatMap { $0.inputs + $0.outputs + [$0.name] })
    var casts: (first: [ModelNode], last: [ModelNode]) = ([], [])
    for input in widened.inputs where input.elementType.map(Self.isNarrow) ?? false {
      let name = Self.unused(input.name + "_float32", names)
      widened.nodes = widened.nodes.map { $0.reading(input.name, as: name) }
      casts.first.append(Self.cast(input.name, to: name, .float32, names))
    }
    for output in widened.outputs {
      guard let type = output.elementType, Self.isNarrow(type) else { continue }
      let name = Self.unused(output.name + "_float32", names)
      widened.nodes = widened.nodes.map {
        $0.reading(output.name, as: name).writing(output.name, as: name)
      }
      casts.last.append(Self.cast(name, to: output.name, type, names))
    }
    widened.nodes = casts.first + widened.nodes + casts.last
    var model = self
    model.graph = widened
    return model
  }

  private static func isNarrow(_ type: ElementType) -> Bool {
    type == .float16 || type == .bfloat16
  }

  private static func hasNarrowFloats(_ graph: ModelGraph) -> Bool {
    let types =
      (graph.inputs + graph.outputs).map(\.elementType) + graph.initializers.map(\.elementType)
    return types.contains { $0.map(isNarrow) ?? false }
      || graph.nodes.contains { narrowTensor($0) != nil }
  }

  private static func narrowTensor(_ node: ModelNode) -> ModelTensor? {
    guard case .tensor(let tensor)? = node[attribute: "value"], let type = tensor.elementType,
      isNarrow(type)
    else { return nil }
    return tensor
  }

  private static func widened(_ source: ModelGraph) throws(QuantizationError) -> ModelGraph {
    var graph = source
    var tensors: [ModelTensor] = []
    for tensor in source.initializers { tensors.append(try widened(tensor)) }
    graph.initializers = tensors
    var nodes: [ModelNode] = []
    for node in source.nodes { nodes.append(try widened(node)) }
    graph.nodes = nodes
    graph.valueInfos = source.valueInfos.filter { !($0.elementType.map(isNarrow) ?? false) }
    return graph
  }

  private static func widened(_ tensor: ModelTensor) throws(QuantizationError) -> ModelTensor {
    guard let type = tensor.elementType, isNarrow(type) else { return tensor }
    do {
      return try Tensor(tensor).stored(named: tensor.name)
    } catch {
      if case .model(let inner) = error { throw .model(inner) }
      throw .model(.badTensor(name: tensor.name, reason: "\(error)"))
    }
  }

  private static func widened(_ node: ModelNode) throws(QuantizationError) -> ModelNode {
    var node = node
    if let tensor = narrowTensor(node) { node[attribute: "value"] = .tensor(try widened(tensor)) }
    for name in ["to", "dtype"] {
      guard case .int(let number)? = node[attribute: name],
        let type = ElementType(rawValue: number), isNarrow(type)
      else {
        continue
      }
      node[attribute: name] = .int(ElementType.float32.rawValue)
    }
    for name in node.attributeNames {
      guard case .graph(let body)? = node[attribute: name] else { continue }
      node[attribute: name] = .graph(try widened(body))
    }
    return node
  }

  private static func unused(_ base: String, _ names: Set<String>) -> String {
    var name = base
    while names.contains(name) { name += "_" }
    return name
  }

  private static func cast(
    _ input: String, to output: String, _ type: ElementType, _ names: Set<String>
  ) -> ModelNode {
    ModelNode(
      "Cast", name: unused(output + "_Cast", names), inputs: [input], outputs: [output],
      attributes: ["to": .int(type.rawValue)])
  }
}

extension ModelNode {
  /// The node reading another value in place of one; bodies of control flow too.
  fileprivate func reading(_ name: String, as other: String) -> ModelNode {
    var node = self
    node.inputs = inputs.map { $0 == name ? other : $0 }
    for attribute in attributeNames {
      guard case .graph(var body)? = self[attribute: attribute] else { continue }
      body.nodes = body.nodes.map { $0.reading(name, as: other) }
      node[attribute: attribute] = .graph(body)
    }
    return node
  }

  fileprivate func writing(_ name: String, as other: String) -> ModelNode {
    var node = self
    node.outputs = outputs.map { $0 == name ? other : $0 }
    return node
  }
}
