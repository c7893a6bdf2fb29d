import ONNXFormat

/// Index of a value in a `Graph`.
struct ValueID: Hashable, Sendable, Comparable {
  let index: Int
  init(_ index: Int) { self.index = index }
  static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

/// A value of a graph: an input, a constant, or what a node produces.
struct Value: Sendable {
  /// The ONNX name, for errors and reports.
  var name: String
  /// Set for constants: initializers and what was folded from them.
  var constant: Tensor?
  /// What the file stores for an input or initializer whose floats became float32.
  var widenedFrom: ElementType?
}

/// A graph input with the type its file declares.
struct GraphInput: Sendable {
  let id: ValueID
  let dtype: DType
  /// nil where the file states no shape.
  let dimensions: [Dimension]?
}

/// One operator call; `inputs` holds nil where an optional input is omitted.
struct Node: Sendable {
  var name: String
  var opType: String
  /// "" is the standard domain.
  var domain: String
  /// The version of its domain's operator set that the model imports.
  var opset: Int
  var attributes: Attributes
  var inputs: [ValueID?]
  var outputs: [ValueID?]
  /// Bodies of control flow, by attribute name. What they read of this graph are this node's last inputs.
  var subgraphs: [String: Graph] = [:]
  /// Applied to the first output by the operator itself.
  var activation = Activation.identity
  /// Applied to the first output after the activation.
  var rounding: GridRounding?
  /// Whether sums of two products of codes are clamped to 16 bits (`Hardware.noVNNI`).
  var clampsPairs = false
  /// Set where a rewrite has put an operator of the engine in place of ONNX's; `opType` is then its name.
  var own: (any EngineOperator)?

  init(
    name: String, opType: String, domain: String = "", opset: Int,
    attributes: Attributes = Attributes(), inputs: [ValueID?], outputs: [ValueID?]
  ) {
    self.name = name
    self.opType = opType
    self.domain = domain
    self.opset = opset
    self.attributes = attributes
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Whether this is one of those standard operators.
  func `is`(_ opTypes: String...) -> Bool {
    own == nil && domain.isEmpty && opTypes.contains(opType)
  }
}

/// A data-flow graph in topological order. A value: rewrites return a new one.
struct Graph: Sendable {
  var values: [Value] = []
  var nodes: [Node] = []
  var inputs: [GraphInput] = []
  var outputs: [ValueID] = []
  /// In a body of control flow: the values that take the inputs of its node from `firstCapture` on.
  var captures: [ValueID] = []
  var firstCapture = 0
  /// Inputs and constants that no tensor of ours can hold; nothing runs a graph that has some.
  var refused: [UnsupportedNode] = []
  /// What whoever runs the model should know of how it was read.
  var notes: [String] = []

  init() {}

  subscript(id: ValueID) -> Value {
    get { values[id.index] }
    set { values[id.index] = newValue }
  }

  func name(of id: ValueID) -> String { values[id.index].name }

  func constant(_ id: ValueID?) -> Tensor? { id.flatMap { values[$0.index].constant } }

  /// Adds a value and returns its id.
  mutating func add(_ name: String, constant: Tensor? = nil) -> ValueID {
    values.append(Value(name: name, constant: constant))
    return ValueID(values.count - 1)
  }

  /// The value of that name, or nil.
  func value(named name: String) -> ValueID? {
    values.firstIndex { $0.name == name }.map(ValueID.init)
  }

  /// For each value, the index of the node that produces it.
  func producers() -> [ValueID: Int] {
    var producers: [ValueID: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs.compactMap({ $0 }) { producers[output] = index }
    }
    return producers
  }

  /// For each value, the indices of the nodes that read it, a reader once per use.
  func consumers() -> [ValueID: [Int]] {
    var consumers: [ValueID: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for input in node.inputs.compactMap({ $0 }) { consumers[input, default: []].append(index) }
    }
    return consumers
  }

  /// Drops nodes none of whose outputs anybody needs, and constants that nobody reads; `keeping` are needed besides the
  /// graph's outputs.
  func withoutDeadNodes(keeping: Set<ValueID> = []) -> Graph {
    var needed = Set(outputs).union(keeping)
    var kept: [Node] = []
    for node in nodes.reversed()
    where node.outputs.contains(where: { $0.map(needed.contains) ?? false }) {
      kept.append(node)
      needed.formUnion(node.inputs.compactMap { $0 })
    }
    var graph = self
    graph.nodes = kept.reversed()
    // Weights that rewrites have replaced would stay in memory.
    for index in graph.values.indices where !needed.contains(ValueID(index)) {
      graph.values[index].constant = nil
    }
    return graph
  }
}
