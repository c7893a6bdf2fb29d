/// Runs a program node by node without a plan: every shape is known by the time it is needed, at the price of memory
/// that is allocated for each value. For graphs whose shapes depend on their data (NonZero, NonMaxSuppression, If).
struct DirectExecution {
  private let program: Program
  private let scratch: Scratch
  private var values: [ValueName: Tensor]
  /// How many nodes have yet to read a value; the graph's outputs are never let go.
  private var readers: [ValueName: Int] = [:]

  init(_ program: Program, scratch: Scratch) {
    self.program = program
    self.scratch = scratch
    values = program.graph.tensors
    for name in program.graph.nodes.flatMap(\.read) + program.graph.outputs {
      readers[name, default: 0] += 1
    }
  }

  subscript(name: ValueName) -> Tensor? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The graph's outputs; `completed` is called with each value that a node has just computed.
  mutating func run(_ completed: (ValueName, Tensor) throws -> Void) throws -> [Tensor] {
    for (index, node) in program.graph.nodes.enumerated() {
      for (name, result) in zip(node.outputs, try results(of: node, program.kernels[index])) {
        guard let name else { continue }
        values[name] = result
        try completed(name, result)
      }
      for input in node.read {
        readers[input]? -= 1
        if readers[input] == 0 { values[input] = nil }
      }
    }
    return try program.graph.outputs.map { name throws(GraphError) in
      guard let value = values[name] else { throw missing(name) }
      return value
    }
  }

  private func results(
    of node: Node, _ kernel: any NodeKernel
  ) throws(GraphError) -> [Tensor] {
    let operands = try node.inputs.map { name throws(GraphError) -> Operand? in
      guard let name else { return nil }
      guard let value = values[name] else { throw missing(name) }
      return Operand(value)
    }
    return try evaluate(kernel, of: node, on: operands, scratch: scratch)
  }

  private func missing(_ name: ValueName) -> GraphError {
    .shapeMismatch(reason: "'\(name)' is read, but its operator does not compute it")
  }
}
