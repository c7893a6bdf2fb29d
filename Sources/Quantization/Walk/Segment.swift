import CalibrantEngine
import CalibrantONNXFormat

/// The part of a network between values that are known and values that are wanted.
struct Segment: Sendable {
  /// Nil where every wanted value is known.
  private let program: Program?
  private let inputs: [String]
  private let outputs: [String]
  private let wanted: [String]

  /// - Parameters:
  ///   - known: names and types of the values to start from; the model's own inputs may be among them.
  ///   - wanted: values that follow from these.
  init(
    of graph: Graph, from known: [String: TensorType], to wanted: [String],
    hardware: Hardware = .exact
  ) throws {
    self.wanted = wanted
    outputs = wanted.filter { known[$0] == nil }
    guard !outputs.isEmpty else {
      (program, inputs) = (nil, [])
      return
    }
    let nodes = Self.nodes(of: graph, from: known, to: outputs)
    let read = Set(nodes.flatMap(\.read))
    inputs = known.keys.filter(read.contains).sorted()
    let values = inputs.map { name in
      GraphInput(
        name: name, elementType: known[name]?.dtype.elementType,
        dimensions: (known[name]?.shape.dims ?? []).map { _ in .unknown })
    }
    program = try Program(
      graph.fragment(nodes, inputs: values, outputs: outputs), hardware: hardware)
  }

  /// The nodes that the outputs depend on, back to known values, in order.
  private static func nodes(
    of graph: Graph, from known: [String: TensorType], to outputs: [String]
  ) -> [Node] {
    var needed = Set(outputs)
    var nodes: [Node] = []
    for node in graph.nodes.reversed()
    where node.computed.contains(where: { needed.contains($0) && known[$0] == nil }) {
      nodes.append(node)
      needed.formUnion(node.read)
    }
    return nodes.reversed()
  }

  /// A worker's running state.
  final class Runner {
    private let segment: Segment
    private let session: SessionBox?

    init(_ segment: Segment) {
      self.segment = segment
      session = segment.program.map { SessionBox($0) }
    }

    /// The wanted values of one unit.
    func run(_ known: [String: Tensor]) throws -> [String: Tensor] {
      var values = known
      if let session {
        let results = try session.session.run(segment.inputs.map { known[$0]! })
        for (name, value) in zip(segment.outputs, results) { values[name] = value }
      }
      return Dictionary(uniqueKeysWithValues: Set(segment.wanted).map { ($0, values[$0]!) })
    }
  }
}
