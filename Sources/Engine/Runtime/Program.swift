import CalibrantONNXFormat
import Synchronization

/// A model ready to run at any input shape: lowered graph, one kernel per node.
///
/// Immutable and shared by any number of sessions, one per core:
///
///     let program = try Program(Model(contentsOf: "model.onnx"))
///     var session = Session(program)
///     let image = Tensor([Float](repeating: 0, count: 3 * 224 * 224), shape: [1, 3, 224, 224])
///     let scores = try session.run([image])[0].array(of: Float.self)
///
/// Results are the same bits for any number of sessions and threads.
public final class Program: Sendable {
  let graph: Graph
  let kernels: [any NodeKernel]
  /// The values a tap sees, in the order they were asked for.
  public let observed: [String]
  /// For the shapes that were met; all sessions share them, and what is packed for them.
  private let plans = Mutex<[[TensorType]: ExecutionPlan]>([:])
  /// What whoever runs the model should know of how it was read.
  public var notes: [String] { graph.notes }

  /// - Parameter observing: names of values a tap must see exactly as the model defines them; rewrites leave them alone.
  /// - Throws: `GraphError.unsupportedNodes` with every node that cannot run.
  init(_ source: Graph, _ lowering: Lowering, observing: [ValueName]) throws(GraphError) {
    let resolved = try source.resolved()
    _ = try Self.kernels(of: resolved, registry: lowering.registry)
    try Self.check(observing, in: resolved)
    observed = observing
    graph = try lowering.lowered(resolved, keeping: Set(observing))
    kernels = try Self.kernels(of: graph, registry: lowering.registry)
  }

  /// A body of control flow.
  init(_ body: Graph, registry: OperatorRegistry) throws(GraphError) {
    observed = []
    graph = body
    // Made once: a body's kernels hold programs of bodies within, and twice at each level would be too often.
    kernels = try Self.kernels(of: body, registry: registry)
  }

  /// Every node of the model that the registry cannot run, with the reason.
  static func unsupportedNodes(
    in model: Model, registry: OperatorRegistry
  ) throws(GraphError) -> [UnsupportedNode] {
    unsupportedNodes(in: try Graph(model).resolved(), registry: registry)
  }

  /// What whoever runs the model should know of how it is read.
  public static func notes(on model: Model) throws(GraphError) -> [String] {
    try Graph(model).resolved().notes
  }

  static func unsupportedNodes(in graph: Graph, registry: OperatorRegistry) -> [UnsupportedNode] {
    do throws(GraphError) {
      _ = try kernels(of: graph, registry: registry)
    } catch {
      if case .unsupportedNodes(let nodes) = error { return nodes }
    }
    return []
  }

  private static func check(_ observed: [ValueName], in graph: Graph) throws(GraphError) {
    let known = Set(graph.inputs.map(\.name) + graph.nodes.flatMap(\.computed))
    for name in observed where !known.contains(name) && !graph.isConstant(name) {
      throw .unknownValue(name: name)
    }
  }

  /// One kernel per node; throws `.unsupportedNodes` with every one that cannot run.
  private static func kernels(
    of graph: Graph, registry: OperatorRegistry
  ) throws(GraphError) -> [any NodeKernel] {
    var kernels: [any NodeKernel] = []
    var unsupported = graph.refused
    for node in graph.nodes {
      do throws(UnsupportedReason) {
        kernels.append(try registry.kernel(for: node))
      } catch {
        unsupported.append(UnsupportedNode(node, error))
      }
    }
    guard unsupported.isEmpty else { throw .unsupportedNodes(unsupported) }
    return kernels
  }

  /// Names, element types and declared dimensions of what the model reads.
  public var inputs: [(name: String, dtype: DType, dimensions: [Dimension]?)] {
    graph.inputs.compactMap { input in input.dtype.map { (input.name, $0, input.dimensions) } }
  }

  public var outputNames: [String] { graph.outputs }

  /// How to run at given types of the inputs; made at the first call.
  func plan(for types: [TensorType]) throws(GraphError) -> ExecutionPlan {
    try plans.withLock { plans throws(GraphError) in
      if let plan = plans[types] { return plan }
      let plan = try ExecutionPlan(self, inputs: types)
      plans[types] = plan
      return plan
    }
  }

  /// The types of the outputs at given types of the inputs; nil where they depend on data.
  public func outputTypes(_ inputs: [TensorType]) throws(GraphError) -> [TensorType]? {
    do {
      try check(inputs)
      var inference = TypeInference(self, inputs: inputs)
      try inference.run()
      return graph.outputs.compactMap { inference.types[$0] }
    } catch {
      guard error.dependsOnData else { throw error }
      return nil
    }
  }

  /// Checks concrete inputs against the declared ones, and that memory holds them.
  public func check(_ types: [TensorType]) throws(GraphError) {
    guard types.count == graph.inputs.count else {
      throw .shapeMismatch(
        reason: "the model has \(graph.inputs.count) inputs, \(types.count) were given")
    }
    for (input, type) in zip(graph.inputs, types) { try check(type, against: input) }
    _ = try MemoryLimit.check(types)
  }

  private func check(_ type: TensorType, against input: GraphInput) throws(GraphError) {
    let name = input.name
    if let dtype = input.dtype, type.dtype != dtype {
      throw .wrongInput(name: name, reason: "has type \(type.dtype), the model reads \(dtype)")
    }
    guard let dimensions = input.dimensions else { return }
    let agrees =
      dimensions.count == type.shape.rank
      && zip(dimensions, type.shape.dims).allSatisfy { declared, given in
        if case .fixed(let size) = declared { size == given } else { true }
      }
    guard agrees else {
      let declared = dimensions.map(\.description).joined(separator: ", ")
      throw .wrongInput(
        name: name, reason: "has shape \(type.shape), the model reads [\(declared)]")
    }
  }
}
