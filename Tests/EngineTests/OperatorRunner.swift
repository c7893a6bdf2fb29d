import CalibrantONNXFormat

@testable import CalibrantEngine

/// Runs one operator without a model around it.
enum OperatorRunner {
  /// The outputs of a node; nil stands for an omitted optional input.
  static func run(_ node: Node, _ inputs: [Tensor?]) throws -> [Tensor] {
    let kernel = try OperatorRegistry.standard.kernel(for: node)
    return try evaluate(
      kernel, of: node, on: inputs.map { $0.map { Operand($0) } }, scratch: Scratch())
  }

  static func run(
    _ opType: String, opset: Int, _ attributes: [String: AttributeValue] = [:],
    activation: Activation = .identity, inputs: [Tensor?], outputs: Int = 1
  ) throws -> [Tensor] {
    var node = node(opType, opset: opset, attributes, inputs: inputs.count, outputs: outputs)
    node.activation = activation
    return try run(node, inputs)
  }

  static func node(
    _ opType: String, domain: String = "", opset: Int, _ attributes: [String: AttributeValue] = [:],
    inputs: Int, outputs: Int = 1
  ) -> Node {
    Node(
      name: opType, opType: opType, domain: domain, opset: opset,
      attributes: Attributes(attributes), inputs: (0..<inputs).map { "x\($0)" },
      outputs: (0..<outputs).map { "y\($0)" })
  }

  static func node(_ own: some EngineOperator, inputs: Int) -> Node {
    Node(
      name: type(of: own).opType, own, inputs: (0..<inputs).map { "x\($0)" },
      outputs: ["y"])
  }
}
