/// Runs a program node by node without a plan: every shape is known by the time it is needed, at the price of memory
/// that is allocated for each value. For graphs whose shapes depend on their data (NonZero, NonMaxSuppression, If).
struct DirectExecution {
  private let program: Program
  private let scratch: Scratch
  private var values: [Tensor?]
  /// How many nodes have yet to read a value; the graph's outputs are never let go.
  private var readers: [Int]

  init(_ program: Program, scratch: Scratch) {
    self.program = program
    self.scratch = scratch
    values = program.graph.values.map(\.constant)
    readers = [Int](repeating: 0, count: values.count)
    for node in program.graph.nodes {
      for input in node.inputs.compactMap({ $0 }) { readers[input.index] += 1 }
    }
    for output in program.graph.outputs { readers[output.index] += 1 }
  }

  subscript(id: ValueID) -> Tensor? { values[id.index] }

  mutating func set(_ id: ValueID, to tensor: Tensor?) { values[id.index] = tensor }

  /// The graph's outputs; `completed` is called with each value that a node has just computed.
  mutating func run(_ completed: (ValueID, Tensor) throws -> Void) throws -> [Tensor] {
    for (index, node) in program.graph.nodes.enumerated() {
      for (id, result) in zip(node.outputs, try results(of: node, program.kernels[index])) {
        guard let id else { continue }
        values[id.index] = result
        try completed(id, result)
      }
      for input in node.inputs.compactMap({ $0 }) {
        readers[input.index] -= 1
        if readers[input.index] == 0 { values[input.index] = nil }
      }
    }
    return try program.graph.outputs.map { id throws(GraphError) in
      guard let value = values[id.index] else { throw missing(id) }
      return value
    }
  }

  private func results(
    of node: Node, _ kernel: any NodeKernel
  ) throws(GraphError) -> [Tensor] {
    let operands = try node.inputs.map { id throws(GraphError) -> Operand? in
      guard let id else { return nil }
      guard let value = values[id.index] else { throw missing(id) }
      return Operand(value)
    }
    return try evaluate(kernel, of: node, on: operands, scratch: scratch)
  }

  private func missing(_ id: ValueID) -> GraphError {
    .shapeMismatch(
      reason: "'\(program.graph.name(of: id))' is read, but its operator does not compute it")
  }
}
