/// One version of an ONNX operator, and what runs a node that names it.
protocol OperatorKernel: NodeKernel {
  static var opType: String { get }
  /// "" is the standard domain.
  static var domain: String { get }
  /// The first version of the operator set with these semantics.
  static var sinceVersion: Int { get }
  /// What others may rely on without knowing the operator.
  static var traits: OperatorTraits { get }

  /// Reads and checks the node's attributes.
  init(_ node: Node) throws(GraphError)
}

extension OperatorKernel {
  static var domain: String { "" }
  static var traits: OperatorTraits { OperatorTraits() }
}

/// An operator that is run by what it prepares.
protocol PlannedOperator: OperatorKernel, PlannedKernel {}

/// An operator whose first output is its first input's memory under another shape.
protocol ViewOperator: OperatorKernel {}

extension ViewOperator {
  /// For where the input's memory cannot be shared.
  func run(_ call: OperatorCall) {
    call.output.bytes.copyMemory(from: call.input(0).bytes)
  }
}

/// An operator whose outputs follow from its inputs' types alone (Shape, Size).
protocol TypeOperator: OperatorKernel {
  func constants(_ inputs: [TensorType]) throws(GraphError) -> [Tensor]
}

/// An operator whose output shapes only its inputs' values decide (NonZero), or that runs graphs (If).
protocol DataDependentOperator: OperatorKernel {
  /// The results for inputs that are all known; nil stands for an omitted optional input.
  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor]
}

extension DataDependentOperator {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    throw .dependsOnData(input: "data")
  }

  func run(_ call: OperatorCall) {
    preconditionFailure("\(Self.opType) cannot be planned, so nothing runs it as a step")
  }
}

/// An operator that runs graphs of its own, with the operators of the graph it is in.
protocol ControlFlowOperator: OperatorKernel {
  init(_ node: Node, registry: OperatorRegistry) throws(GraphError)
}

/// A kernel whose arithmetic is worth counting.
protocol MultiplyAccumulating: NodeKernel {
  /// Multiply-accumulates of one run.
  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int
}
