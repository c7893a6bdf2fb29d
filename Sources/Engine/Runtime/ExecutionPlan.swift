/// How a program runs at one input shape: types, order and memory, all decided before the first run.
final class ExecutionPlan: Sendable {
  /// Where a value lies.
  enum Location: Sendable {
    case input(Int)
    case constant(Tensor)
    /// Byte offset in the session's arena.
    case arena(Int)
  }

  struct Step: Sendable {
    let node: Int
    let kernel: any PreparedKernel
    let inputs: [ValueID?]
    let outputs: [(id: ValueID?, type: TensorType, offset: Int)]
    /// Indices into the program's observed values that are complete after this step.
    let observes: [Int]
  }

  let steps: [Step]
  let arenaByteCount: Int
  let outputs: [ValueID]
  /// By value index; nil for values that nothing computes.
  let types: [TensorType?]
  let locations: [Location?]
  /// Observed values that exist before the first step: graph inputs and what shapes alone decide.
  let observedAtStart: [Int]

  init(_ program: Program, inputs: [TensorType]) throws(GraphError) {
    try program.check(inputs)
    var inference = TypeInference(program, inputs: inputs)
    try inference.run()
    let layout = ArenaLayout(program, inference)
    guard layout.byteCount <= MemoryLimit.bytes else {
      throw .tooLarge(reason: "a run at these shapes needs \(layout.byteCount) bytes")
    }
    var steps: [Step] = []
    for index in inference.executed {
      let node = program.graph.nodes[index]
      let produced = Set(node.outputs.compactMap { $0 } + inference.views(of: node.outputs))
      let extra = layout.unnamedOutputs[index] ?? [:]
      let outputs = inference.outputTypes[index]!.enumerated().map { position, type in
        let id = position < node.outputs.count ? node.outputs[position] : nil
        let offset = id.flatMap { layout.offset(of: $0) } ?? extra[position] ?? 0
        return (id: id, type: type, offset: offset)
      }
      let observes = program.observedIDs.indices.filter {
        produced.contains(program.observedIDs[$0])
      }
      steps.append(
        Step(
          node: index, kernel: try inference.preparedKernel(index), inputs: node.inputs,
          outputs: outputs, observes: observes))
    }
    self.steps = steps
    arenaByteCount = layout.byteCount
    outputs = program.graph.outputs
    types = inference.types
    locations = layout.locations
    let stepped = Set(steps.flatMap(\.observes))
    observedAtStart = program.observedIDs.indices.filter { !stepped.contains($0) }
  }
}

/// Propagates types, and values where types alone decide them, through a program.
struct TypeInference {
  let program: Program
  private(set) var types: [TensorType?]
  private(set) var constants: [Tensor?]
  /// Nodes that must run, in order.
  private(set) var executed: [Int] = []
  private(set) var outputTypes: [Int: [TensorType]] = [:]
  /// For a value that is a view of another: the value whose memory it shares.
  private(set) var aliases: [ValueID: ValueID] = [:]

  init(_ program: Program, inputs: [TensorType]) {
    self.program = program
    types = program.graph.values.map { $0.constant?.type }
    constants = program.graph.values.map(\.constant)
    for (input, type) in zip(program.graph.inputs, inputs) { types[input.id.index] = type }
  }

  mutating func run() throws(GraphError) {
    let scratch = Scratch()
    var used = 0
    for (index, node) in program.graph.nodes.enumerated() {
      for input in node.inputs { try requireType(of: input, for: node.name) }
      let kernel = program.kernels[index]
      let operands = operands(of: node)
      if let values = try constantResults(kernel, node, operands, scratch) {
        used = try MemoryLimit.check(values.map(\.type), used: used)
        record(values.map(\.type), values, for: node)
        continue
      }
      let results: [TensorType]
      do {
        results = try inferredTypes(of: kernel, on: operands)
      } catch {
        throw error.located(in: node, operands, of: program.graph)
      }
      record(results, [], for: node)
      outputTypes[index] = results
      if kernel is any ViewOperator, let source = node.inputs[0], let target = node.outputs[0] {
        aliases[target] = root(of: source)
      } else {
        executed.append(index)
      }
    }
    for output in program.graph.outputs { try requireType(of: output, for: "the model") }
  }

  private func operands(of node: Node) -> [Operand?] {
    node.inputs.map { id in
      guard let id, let type = types[id.index] else { return nil }
      return Operand(type, constant: constants[id.index])
    }
  }

  /// What runs a node at the types that were found.
  func preparedKernel(_ index: Int) throws(GraphError) -> any PreparedKernel {
    let node = program.graph.nodes[index]
    let operands = operands(of: node)
    do {
      return try program.kernels[index].prepared(operands, computing: outputTypes[index] ?? [])
    } catch {
      throw error.located(in: node, operands, of: program.graph)
    }
  }

  /// A file may give a node more outputs than its operator has; they exist only until somebody reads them.
  private func requireType(of id: ValueID?, for reader: String) throws(GraphError) {
    guard let id, types[id.index] == nil else { return }
    throw .shapeMismatch(
      reason: "\(reader) reads '\(program.graph.name(of: id))', which its operator does not compute"
    )
  }

  /// The results where they depend on no data: all inputs constant, or types enough.
  private func constantResults(
    _ kernel: any NodeKernel, _ node: Node, _ operands: [Operand?], _ scratch: Scratch
  ) throws(GraphError) -> [Tensor]? {
    if let kernel = kernel as? any TypeOperator {
      do {
        return try kernel.constants(operands.compactMap { $0?.type })
      } catch {
        throw error.located(in: node, operands)
      }
    }
    guard zip(node.inputs, operands).allSatisfy({ $0 == nil || $1?.constant != nil }) else {
      return nil
    }
    return try evaluate(kernel, of: node, on: operands, scratch: scratch)
  }

  private mutating func record(_ results: [TensorType], _ values: [Tensor], for node: Node) {
    for (position, output) in node.outputs.enumerated() where position < results.count {
      guard let output else { continue }
      types[output.index] = results[position]
      if position < values.count { constants[output.index] = values[position] }
    }
  }

  func root(of id: ValueID) -> ValueID { aliases[id] ?? id }

  /// Every value that shares memory with one of `ids`.
  func views(of ids: [ValueID?]) -> [ValueID] {
    let roots = Set(ids.compactMap { $0 })
    return aliases.filter { roots.contains($0.value) }.map(\.key)
  }
}
