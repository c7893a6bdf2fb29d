/// An operator that no file holds: what a rewrite makes of nodes, with all that its kernel needs to know beside the inputs and
/// what was fused into the node.
///
/// The values are declared in `EngineOperators`; what they compute is written in Operators, as for ONNX's.
protocol EngineOperator: Sendable {
  /// For errors and reports.
  static var opType: String { get }
  /// What others may rely on without knowing the operator.
  static var traits: OperatorTraits { get }

  /// Whether its result is codes, unsigned bytes, not floats.
  var yieldsCodes: Bool { get }

  /// What runs a node that has the operator.
  func kernel(of node: Node) -> any NodeKernel
}

extension EngineOperator {
  static var opType: String { "\(Self.self)" }
  static var traits: OperatorTraits { OperatorTraits() }
  var yieldsCodes: Bool { false }
}

extension EngineOperator where Self: NodeKernel {
  func kernel(of node: Node) -> any NodeKernel { self }
}

extension Node {
  init(
    name: String, _ own: some EngineOperator, inputs: [ValueName?], outputs: [ValueName?]
  ) {
    self.init(name: name, opType: type(of: own).opType, opset: 0, inputs: inputs, outputs: outputs)
    self.own = own
  }

  /// The node with one of the engine's operators instead; what it writes, and what was fused into it, stay.
  func replaced(by own: some EngineOperator, reading inputs: [ValueName?]) -> Node {
    var node = self
    (node.opType, node.domain, node.opset) = (type(of: own).opType, "", 0)
    (node.attributes, node.inputs, node.own) = (Attributes(), inputs, own)
    return node
  }

  /// The engine's operator of that type, where the node has it.
  func own<Operator: EngineOperator>(as: Operator.Type) -> Operator? { own as? Operator }
}
