import CalibrantONNXFormat

/// The name of a value, unique within a graph.
package typealias ValueName = String

/// One operator call; `inputs` holds nil where an optional input is omitted.
package struct Node: Sendable {
  package var name: String
  package var opType: String
  /// "" is the standard domain.
  package var domain: String
  /// The version of its domain's operator set that the model imports.
  package var opset: Int
  package var attributes: Attributes
  package var inputs: [ValueName?]
  package var outputs: [ValueName?]
  /// Names that bodies among the attributes read, of values around them or their own.
  private(set) var captured: [ValueName] = []
  /// Bodies of control flow, by attribute name. What they read of this graph are this node's last inputs.
  var subgraphs: [String: Graph] = [:]
  /// Applied to the first output by the operator itself.
  var activation = Activation.identity
  /// Applied to the first output after the activation.
  var rounding: GridRounding?
  /// Whether it computes as runtimes do on x86 without VNNI (`Hardware.noVNNI`): sums of two products of codes are clamped to
  /// 16 bits.
  var clampsPairs = false
  /// Set where a rewrite has put an operator of the engine in place of ONNX's; `opType` is then its name.
  var own: (any EngineOperator)?

  init(
    name: String, opType: String, domain: String = "", opset: Int,
    attributes: Attributes = Attributes(), inputs: [ValueName?], outputs: [ValueName?]
  ) {
    self.name = name
    self.opType = opType
    self.domain = domain
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
  }

  /// A node of the standard domain, in the operator set of the graph that it is put into.
  package init(
    _ opType: String, name: String, inputs: [ValueName?], outputs: [ValueName?],
    attributes: [String: AttributeValue] = [:]
  ) {
    self.init(
      name: name, opType: opType, opset: .max, attributes: Attributes(attributes), inputs: inputs,
      outputs: outputs)
  }

  package init(_ stored: ModelNode, opset: Int) {
    func names(_ names: [String]) -> [ValueName?] { names.map { $0.isEmpty ? nil : $0 } }
    self.init(
      name: stored.name, opType: stored.opType, domain: stored.domain, opset: opset,
      attributes: Attributes(stored), inputs: names(stored.inputs), outputs: names(stored.outputs))
    captured = attributes.graphs.flatMap(\.graph.namesRead)
  }

  /// The node as a file holds it; what nobody has changed is as it was read.
  package var stored: ModelNode {
    var node = attributes.node
    node.name = name
    node.opType = opType
    node.inputs = inputs.map { $0 ?? "" }
    node.outputs = outputs.map { $0 ?? "" }
    return node
  }

  /// Whether this is one of those standard operators.
  package func `is`(_ opTypes: String...) -> Bool {
    own == nil && domain.isEmpty && opTypes.contains(opType)
  }

  /// What errors call this node: its name, or its first output where it has none.
  package var displayName: String { name.isEmpty ? computed.first ?? opType : name }

  package func input(_ index: Int) -> ValueName? { index < inputs.count ? inputs[index] : nil }

  /// The first output; nil where the node leaves it out.
  package var output: ValueName? { outputs.first ?? nil }

  /// The values read, without omitted ones.
  package var read: [ValueName] { inputs.compactMap(\.self) + captured }

  /// The values computed, without omitted ones.
  package var computed: [ValueName] { outputs.compactMap(\.self) }

  /// Takes bodies out of the attributes.
  mutating func removeBodies() -> [(name: String, graph: ModelGraph)] {
    defer { captured = [] }
    let bodies = attributes.graphs
    for (name, _) in bodies { attributes[name] = nil }
    return bodies
  }

  /// Makes the node read other values in place of some.
  package mutating func rename(inputs names: [ValueName: ValueName]) {
    for i in inputs.indices {
      if let name = inputs[i], let other = names[name] { inputs[i] = other }
    }
  }
}

extension ModelGraph {
  /// All names that nodes and outputs read, within bodies too.
  fileprivate var namesRead: [String] {
    let inner = nodes.flatMap { Attributes($0).graphs }.flatMap(\.graph.namesRead)
    return nodes.flatMap(\.inputs).filter { !$0.isEmpty } + outputs.map(\.name) + inner
  }
}
