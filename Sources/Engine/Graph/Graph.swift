import CalibrantONNXFormat

/// A graph input with the type its file declares.
package struct GraphInput: Sendable {
  package let name: ValueName
  /// nil where the input is no dense tensor, or of a type unknown here.
  package let elementType: ElementType?
  /// nil where the file states no shape.
  package let dimensions: [Dimension]?

  package init(name: ValueName, elementType: ElementType?, dimensions: [Dimension]?) {
    (self.name, self.elementType, self.dimensions) = (name, elementType, dimensions)
  }

  /// nil where no tensor of ours holds such elements.
  var dtype: DType? { elementType.flatMap { DType($0) } }
}

/// A data-flow graph in topological order. A value: rewrites return a new one.
///
/// The one form of a network between its file and the machine: quantization edits it and stores it as a model again, with
/// everything that nobody has touched as it was read; the engine lowers it to what runs.
package struct Graph: Sendable {
  package var nodes: [Node] = []
  package private(set) var constants: [ValueName: ConstantValue] = [:]
  private var order: [ValueName] = []
  /// What a caller must supply.
  package internal(set) var inputs: [GraphInput] = []
  package internal(set) var outputs: [ValueName] = []
  /// Names that must keep meaning what they mean: graph outputs and what bodies of control flow read.
  package internal(set) var pinned: Set<ValueName> = []
  /// The versions of operator sets, by domain.
  private(set) var opsets: [String: Int] = [:]
  /// All names in use, of values and of nodes.
  private var names: Set<String> = []
  /// The file; nil in graphs that are not to be stored again.
  var source: Model?

  /// In a body of control flow: the values that take the inputs of its node from `firstCapture` on.
  var captures: [ValueName] = []
  var firstCapture = 0
  /// What the file stores for inputs and constants whose floats became float32.
  var widened: [ValueName: ElementType] = [:]
  /// Inputs and constants that no tensor of ours can hold; nothing runs a graph that has some.
  var refused: [UnsupportedNode] = []
  /// What whoever runs the model should know of how it was read.
  var notes: [String] = []

  init() {}

  init(source: Model, nodes: [Node], inputs: [GraphInput], outputs: [ValueName]) {
    (self.source, self.nodes, self.inputs, self.outputs) = (source, nodes, inputs, outputs)
    opsets = source.opsets
    names = Set(inputs.map(\.name))
    for node in nodes { names.formUnion(node.read + node.computed + [node.name]) }
  }

  /// The version of the standard operator set.
  package var opset: Int {
    get { opsets[""] ?? 1 }
    set {
      opsets[""] = newValue
      for index in nodes.indices where nodes[index].domain.isEmpty { nodes[index].opset = newValue }
    }
  }

  /// The constant as a tensor; nil for names of other values, and for constants that no tensor of ours can hold.
  package func constant(_ name: ValueName?) -> Tensor? {
    switch constantValue(name) {
    case .computed(let tensor): tensor
    case .stored(let tensor): try? Tensor(tensor)
    case nil: nil
    }
  }

  /// All constants that tensors can hold.
  var tensors: [ValueName: Tensor] {
    constants.compactMapValues { constant in
      if case .computed(let tensor) = constant { tensor } else { nil }
    }
  }

  package func isConstant(_ name: ValueName?) -> Bool { constantValue(name) != nil }

  package func constantValue(_ name: ValueName?) -> ConstantValue? {
    name.flatMap { constants[$0] }
  }

  /// `base`, or the first of base_2, base_3 … that nothing in the graph is called.
  package mutating func uniqueName(_ base: String) -> String {
    var name = base
    var number = 2
    while !names.insert(name).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    return name
  }

  /// Gives a name the value; it may be that of a constant already.
  package mutating func set(_ name: ValueName, to constant: ConstantValue) {
    if constants.updateValue(constant, forKey: name) == nil { order.append(name) }
    names.insert(name)
  }

  /// Adds a constant under a name like `base`, which is returned.
  mutating func add(_ base: String, constant: Tensor) -> ValueName {
    let name = uniqueName(base)
    set(name, to: .computed(constant))
    return name
  }

  /// The constants in the order of the file, then in that of their making.
  package var orderedConstants: [(name: ValueName, constant: ConstantValue)] {
    order.compactMap { name in constants[name].map { (name, $0) } }
  }

  /// The constants among `names`, in order.
  package func storedConstants(_ names: Set<ValueName>) -> [ModelTensor] {
    orderedConstants.filter { names.contains($0.name) }.map { $0.constant.stored(named: $0.name) }
  }

  /// Forgets all constants but these.
  mutating func keepConstants(_ kept: Set<ValueName>) {
    constants = constants.filter { kept.contains($0.key) }
    order = order.filter(kept.contains)
  }

  /// For each value, the index of the node that produces it.
  package func producers() -> [ValueName: Int] {
    var producers: [ValueName: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.computed { producers[output] = index }
    }
    return producers
  }

  /// For each value, the indices of the nodes that read it, a reader once per use.
  package func consumers() -> [ValueName: [Int]] {
    var consumers: [ValueName: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for input in node.read { consumers[input, default: []].append(index) }
    }
    return consumers
  }

  /// Makes every reader of a value read another one instead.
  package mutating func redirect(_ renames: [ValueName: ValueName]) {
    guard !renames.isEmpty else { return }
    for index in nodes.indices { nodes[index].rename(inputs: renames) }
  }

  /// Drops nodes none of whose outputs anybody needs, and constants that nobody reads; `keeping` are needed besides the
  /// graph's outputs.
  package func withoutDeadNodes(keeping: Set<ValueName> = []) -> Graph {
    var needed = Set(outputs).union(keeping)
    var kept: [Node] = []
    for node in nodes.reversed() where node.computed.contains(where: needed.contains) {
      kept.append(node)
      needed.formUnion(node.read)
    }
    var graph = self
    graph.nodes = kept.reversed()
    // Weights that rewrites have replaced would stay in memory.
    graph.keepConstants(needed)
    return graph
  }
}
