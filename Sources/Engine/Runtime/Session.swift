/// Sees a value the moment it is complete: its position in `Program.observed`, and its elements for as long as the
/// call lasts.
public typealias Tap = (_ index: Int, _ values: TensorView) throws -> Void

/// One worker's running state: its arena, its scratch, and the program's plans that it has met, which it finds again without
/// the program's lock.
///
/// With a tap it also shows values between the layers, as the model defines them:
///
///     let program = try Program(model, observing: ["conv1"])
///     var session = Session(program)
///     _ = try session.run([image]) { index, values in
///       print(program.observed[index], values.shape, values.floats.max() ?? 0)
///     }
public struct Session: ~Copyable {
  private let program: Program
  private var plans: [[TensorType]: ExecutionPlan] = [:]
  private var arena = TensorStorage(byteCount: 0)
  private let scratch = Scratch()
  private let workers: Workers
  /// Input types at which shapes depend on the data, so that there is no plan.
  private var unplannable: Set<[TensorType]> = []

  /// - Parameter threads: how many share each operator's work. More than one is for latency: for throughput, run one
  ///   session per core. Results do not depend on it.
  public init(_ program: Program, threads: Int = 1) {
    self.program = program
    workers = Workers(threads)
  }

  /// Runs the model.
  /// - Parameters:
  ///   - inputs: one tensor per graph input, in its order.
  ///   - tap: sees every observed value; calls come in the order the graph computes them.
  /// - Returns: one tensor per graph output.
  public mutating func run(_ inputs: [Tensor], tap: Tap? = nil) throws -> [Tensor] {
    guard let plan = try planIfPossible(for: inputs.map(\.type)) else {
      return try runDirectly(inputs, tap)
    }
    let state = RunState(plan: plan, inputs: inputs, arena: arena)
    if let tap {
      for index in plan.observedAtStart { try observe(index, state, tap) }
    }
    for step in plan.steps {
      try execute(step, state)
      if let tap {
        for index in step.observes { try observe(index, state, tap) }
      }
    }
    return plan.outputs.map { state.view(of: $0).copied() }
  }

  private mutating func planIfPossible(
    for types: [TensorType]
  ) throws(GraphError) -> ExecutionPlan? {
    guard !unplannable.contains(types) else { return nil }
    do {
      return try plan(for: types)
    } catch {
      guard error.dependsOnData else { throw error }
      unplannable.insert(types)
      return nil
    }
  }

  private func runDirectly(_ inputs: [Tensor], _ tap: Tap?) throws -> [Tensor] {
    var execution = DirectExecution(program, scratch: scratch)
    for (input, tensor) in zip(program.graph.inputs, inputs) { execution[input.name] = tensor }
    let observed = Dictionary(
      zip(program.observed, program.observed.indices), uniquingKeysWith: { a, _ in a })
    if let tap {
      for (index, name) in program.observed.enumerated() {
        if let value = execution[name] { try tap(index, TensorView(value)) }
      }
    }
    return try execution.run { name, tensor in
      if let tap, let index = observed[name] { try tap(index, TensorView(tensor)) }
    }
  }

  private mutating func plan(for types: [TensorType]) throws(GraphError) -> ExecutionPlan {
    if let plan = plans[types] { return plan }
    let plan = try program.plan(for: types)
    plans[types] = plan
    if arena.byteCount < plan.arenaByteCount {
      arena = TensorStorage(byteCount: plan.arenaByteCount)
    }
    return plan
  }

  private func execute(_ step: ExecutionPlan.Step, _ state: RunState) throws(GraphError) {
    let call = OperatorCall(
      inputs: step.inputs.map { place in place.map { state.view(of: $0) } },
      outputs: step.outputs.map { output in
        MutableTensorView(type: output.type, base: arena.base + output.offset)
      },
      scratch: scratch, workers: workers)
    do {
      try step.kernel.run(call)
    } catch {
      throw error.located(in: program.graph.nodes[step.node], [])
    }
  }

  private func observe(_ index: Int, _ state: RunState, _ tap: Tap) throws {
    guard let place = state.plan.observed[index] else { return }
    try tap(index, state.view(of: place))
  }
}

/// Where the values of one run are.
private struct RunState {
  let plan: ExecutionPlan
  let inputs: [Tensor]
  let arena: TensorStorage

  func view(of place: ExecutionPlan.Place) -> TensorView {
    let base =
      switch place.location {
      case .input(let index): inputs[index].storage.base
      case .constant(let tensor): tensor.storage.base
      case .arena(let offset): arena.base + offset
      }
    return TensorView(type: place.type, base: UnsafeRawPointer(base))
  }
}
