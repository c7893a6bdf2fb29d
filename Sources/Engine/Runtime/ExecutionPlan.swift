/// How a program runs at one input shape: types, order and memory, all decided before the first run.
final class ExecutionPlan: Sendable {
  /// Where a value lies.
  enum Location: Sendable {
    case input(Int)
    case constant(Tensor)
    /// Byte offset in the session's arena.
    case arena(Int)
  }

  /// A value's type and memory.
  struct Place: Sendable {
    let type: TensorType
    let location: Location
  }

  struct Step: Sendable {
    let node: Int
    let kernel: any PreparedKernel
    let inputs: [Place?]
    let outputs: [(type: TensorType, offset: Int)]
    /// Indices into the program's observed values that are complete after this step.
    let observes: [Int]
  }

  let steps: [Step]
  let arenaByteCount: Int
  let outputs: [Place]
  /// nil for values that nothing computes.
  let observed: [Place?]
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
    func place(_ name: ValueName) -> Place? {
      guard let type = inference.types[name], let location = layout.locations[name] else {
        return nil
      }
      return Place(type: type, location: location)
    }
    var steps: [Step] = []
    for index in inference.executed {
      let node = program.graph.nodes[index]
      let produced = Set(node.outputs.compactMap { $0 } + inference.views(of: node.outputs))
      let extra = layout.unnamedOutputs[index] ?? [:]
      let outputs = inference.outputTypes[index]!.enumerated().map { position, type in
        let name = position < node.outputs.count ? node.outputs[position] : nil
        return (type, name.flatMap { layout.offset(of: $0) } ?? extra[position] ?? 0)
      }
      let observes = program.observed.indices.filter { produced.contains(program.observed[$0]) }
      steps.append(
        Step(
          node: index, kernel: try inference.preparedKernel(index),
          inputs: node.inputs.map { $0.flatMap(place) }, outputs: outputs, observes: observes))
    }
    self.steps = steps
    arenaByteCount = layout.byteCount
    // Inference has seen to it that outputs have types.
    outputs = program.graph.outputs.compactMap(place)
    observed = program.observed.map(place)
    let stepped = Set(steps.flatMap(\.observes))
    observedAtStart = program.observed.indices.filter { !stepped.contains($0) }
  }
}

/// Propagates types, and values where types alone decide them, through a program.
struct TypeInference {
  let program: Program
  private(set) var types: [ValueName: TensorType]
  private(set) var constants: [ValueName: Tensor]
  /// Nodes that must run, in order.
  private(set) var executed: [Int] = []
  private(set) var outputTypes: [Int: [TensorType]] = [:]
  /// For a value that is a view of another: the value whose memory it shares.
  private(set) var aliases: [ValueName: ValueName] = [:]

  init(_ program: Program, inputs: [TensorType]) {
    self.program = program
    constants = program.graph.tensors
    types = constants.mapValues(\.type)
    for (input, type) in zip(program.graph.inputs, inputs) { types[input.name] = type }
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
      if kernel is any ViewOperator, let source = node.input(0), let target = node.output {
        aliases[target] = root(of: source)
      } else {
        executed.append(index)
      }
    }
    for output in program.graph.outputs { try requireType(of: output, for: "the model") }
  }

  private func operands(of node: Node) -> [Operand?] {
    node.inputs.map { name in
      guard let name, let type = types[name] else { return nil }
      return Operand(type, constant: constants[name])
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
  private func requireType(of name: ValueName?, for reader: String) throws(GraphError) {
    guard let name, types[name] == nil else { return }
    throw .shapeMismatch(
      reason: "\(reader) reads '\(name)', which its operator does not compute")
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
      types[output] = results[position]
      if position < values.count { constants[output] = values[position] }
    }
  }

  func root(of name: ValueName) -> ValueName { aliases[name] ?? name }

  /// Every value that shares memory with one of these.
  func views(of names: [ValueName?]) -> [ValueName] {
    let roots = Set(names.compactMap { $0 })
    return aliases.filter { roots.contains($0.value) }.map(\.key)
  }
}
