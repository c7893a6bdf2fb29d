import ONNXFormat

/// A model ready to run at any input shape: rewritten graph, one kernel per node.
public final class Program: Sendable {
  let graph: Graph
  let kernels: [any OperatorKernel]
  /// The values a tap sees, in the order they were asked for.
  public let observed: [String]
  let observedIDs: [ValueID]
  /// What whoever runs the model should know of how it was read.
  public var notes: [String] { graph.notes }

  /// - Parameters:
  ///   - observing: names of values a tap must see exactly as the model defines them; rewrites leave them alone.
  ///   - optimizing: whether to apply rewrites; off, the graph runs as written, which is how rewrites are tested.
  /// - Throws: `GraphError.unsupportedNodes` with every node that cannot run.
  public init(
    _ model: Model, registry: OperatorRegistry = .standard, observing: [String] = [],
    optimizing: Bool = true
  ) throws(GraphError) {
    var graph = try Graph(model)
    let unsupported = Self.unsupportedNodes(in: graph, registry: registry)
    guard unsupported.isEmpty else { throw .unsupportedNodes(unsupported) }
    observed = observing
    observedIDs = try Self.resolve(observing, in: graph)
    if optimizing {
      let kept = Set(observedIDs)
      graph = try graph.foldingConstants(registry: registry)
      for rewrite in StandardRewrites.all { graph = rewrite(graph, kept) }
      graph = graph.withoutDeadNodes(keeping: kept)
    }
    kernels = try Self.makeKernels(for: graph, registry: registry)
    self.graph = graph
  }

  /// A body of control flow.
  init(_ body: Graph, registry: OperatorRegistry) throws(GraphError) {
    let unsupported = Self.unsupportedNodes(in: body, registry: registry)
    guard unsupported.isEmpty else { throw .unsupportedNodes(unsupported) }
    (observed, observedIDs) = ([], [])
    graph = body
    kernels = try Self.makeKernels(for: body, registry: registry)
  }

  /// Every node of the model that the registry cannot run, with the reason.
  public static func unsupportedNodes(
    in model: Model, registry: OperatorRegistry = .standard
  ) throws(GraphError) -> [UnsupportedNode] {
    unsupportedNodes(in: try Graph(model), registry: registry)
  }

  /// What whoever runs the model should know of how it is read.
  public static func notes(on model: Model) throws(GraphError) -> [String] {
    try Graph(model).notes
  }

  static func unsupportedNodes(in graph: Graph, registry: OperatorRegistry) -> [UnsupportedNode] {
    graph.refused
      + graph.nodes.compactMap { node in
        do throws(UnsupportedReason) {
          _ = try registry.kernel(for: node)
          return nil
        } catch {
          return UnsupportedNode(node, error)
        }
      }
  }

  private static func resolve(
    _ names: [String], in graph: Graph
  ) throws(GraphError) -> [ValueID] {
    let ids = Dictionary(
      graph.values.enumerated().map { ($1.name, ValueID($0)) }, uniquingKeysWith: { a, _ in a })
    var resolved: [ValueID] = []
    for name in names {
      guard let id = ids[name] else { throw .unknownValue(name: name) }
      resolved.append(id)
    }
    return resolved
  }

  private static func makeKernels(
    for graph: Graph, registry: OperatorRegistry
  ) throws(GraphError) -> [any OperatorKernel] {
    var kernels: [any OperatorKernel] = []
    for node in graph.nodes {
      do throws(UnsupportedReason) {
        kernels.append(try registry.kernel(for: node))
      } catch {
        preconditionFailure("a rewrite made node '\(node.name)', which cannot run: \(error)")
      }
    }
    return kernels
  }

  /// Names, element types and declared dimensions of what the model reads.
  public var inputs: [(name: String, dtype: DType, dimensions: [Dimension]?)] {
    graph.inputs.map { (graph.name(of: $0.id), $0.dtype, $0.dimensions) }
  }

  public var outputNames: [String] { graph.outputs.map { graph.name(of: $0) } }

  /// Checks concrete inputs against the declared ones.
  func check(_ types: [TensorType]) throws(GraphError) {
    guard types.count == graph.inputs.count else {
      throw .shapeMismatch(
        reason: "the model has \(graph.inputs.count) inputs, \(types.count) were given")
    }
    for (input, type) in zip(graph.inputs, types) { try check(type, against: input) }
  }

  private func check(_ type: TensorType, against input: GraphInput) throws(GraphError) {
    let name = graph.name(of: input.id)
    guard type.dtype == input.dtype else {
      throw .wrongInput(
        name: name, reason: "has type \(type.dtype), the model reads \(input.dtype)")
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
