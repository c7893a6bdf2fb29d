/// What runs a node at the types of a plan, any number of times and by any number of workers; whatever changes during a run
/// lives in the call.
protocol PreparedKernel: Sendable {
  /// Computes every output; an output the graph does not use is still given memory.
  ///
  /// - Throws: where data hold a value that the operator may not have (an index past its axis).
  func run(_ call: OperatorCall) throws(GraphError)
}

/// What runs a node, made once per node of a program.
protocol NodeKernel: PreparedKernel {
  /// Shape inference without data, one type per output. `inputs` holds nil for omitted optional inputs.
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType]

  /// What runs at these inputs, which `outputTypes` has accepted: geometry worked out, an algorithm chosen, constant weights
  /// packed. A kernel that has nothing to prepare is it itself.
  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel
}

extension NodeKernel {
  func prepare(_ inputs: [Operand?]) -> any PreparedKernel { self }

  /// What runs where outputs have these types. Where all are empty nothing does: beside an axis of size 0 others may have any
  /// size, over which loops would go on for nothing.
  func prepared(
    _ inputs: [Operand?], computing outputs: [TensorType]
  ) throws(GraphError) -> any PreparedKernel {
    outputs.contains { $0.shape.elementCount > 0 } ? try prepare(inputs) : Idle()
  }
}

/// A kernel that is run by what it prepares.
protocol PlannedKernel: NodeKernel {}

extension PlannedKernel {
  /// For a single run outside a plan, where all inputs are known.
  func run(_ call: OperatorCall) throws(GraphError) {
    try prepare(call.inputs.map { $0.map { Operand($0.copied()) } }).run(call)
  }
}

/// A run with what was worked out before it.
struct PlannedRun<Plan: Sendable>: PreparedKernel {
  private let plan: Plan
  private let body: @Sendable (OperatorCall, Plan) throws(GraphError) -> Void

  init(_ plan: Plan, _ body: @escaping @Sendable (OperatorCall, Plan) throws(GraphError) -> Void) {
    (self.plan, self.body) = (plan, body)
  }

  func run(_ call: OperatorCall) throws(GraphError) { try body(call, plan) }
}

private struct Idle: PreparedKernel {
  func run(_ call: OperatorCall) {}
}
