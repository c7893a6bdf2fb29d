import CalibrantEngine
import CalibrantONNXFormat

/// Where NaN or an infinity first arises: in which sample, and in which value of the network.
public struct NonFiniteOrigin: Sendable, Codable, Hashable {
  public let sample: String
  /// The node that first computes NaN, or an infinity where there is no NaN; nil where the sample itself holds it.
  public let layer: String?
  public let opType: String?
  public let isNaN: Bool
}

extension NonFiniteOrigin: CustomStringConvertible {
  public var description: String {
    let kind = isNaN ? "NaN" : "infinite values"
    guard let layer, let opType else { return "\(sample) itself holds \(kind)" }
    return "'\(layer)' (\(opType)) is the first to make \(kind), from \(sample)"
  }
}

extension NonFiniteOrigin {
  /// Runs samples one after the other, seeing every value, until one is not finite.
  ///
  /// - Parameter samples: of `source`, in the order to try them.
  /// - Returns: nil where all values that any node computes are finite.
  static func find(
    in model: Model, on source: some SampleSource, among samples: some Sequence<Int>
  ) throws -> NonFiniteOrigin? {
    let computed = ComputedValues(Graph(model))
    let program = try Program(model, observing: computed.names)
    let batching = try Batching(source, for: program)
    let session = SessionBox(program)
    for sample in samples {
      try Interruption.check()
      let unit = sample / batching.unit
      let row = sample - batching.samples(of: unit).lowerBound
      let inputs = try batching.inputs(unit, from: source)
      var first = FirstNonFinite(row: row, rows: batching.samples(of: unit).count)
      for input in inputs { input.withView { first.look(at: -1, $0) } }
      _ = try session.session.run(inputs) { first.look(at: $0, $1) }
      if let (index, isNaN) = first.found {
        let node = index < 0 ? nil : computed.nodes[index]
        return NonFiniteOrigin(
          sample: source.name(of: sample), layer: node?.displayName, opType: node?.opType,
          isNaN: isNaN)
      }
    }
    return nil
  }
}

/// The values that follow from a graph's inputs; masks of −∞ that constants make are no fault.
private struct ComputedValues {
  private(set) var names: [String] = []
  /// The node that computes each.
  private(set) var nodes: [Node] = []

  init(_ graph: Graph) {
    var following = Set(graph.inputs.map(\.name))
    for node in graph.nodes where node.read.contains(where: following.contains) {
      for output in node.computed {
        following.insert(output)
        names.append(output)
        nodes.append(node)
      }
    }
  }
}

/// The first value seen that holds NaN, and the first that holds an infinity.
private struct FirstNonFinite {
  /// Of a batch, the sample that is looked at.
  let row: Int
  let rows: Int
  private var firstNaN: Int?
  private var firstInfinity: Int?

  init(row: Int, rows: Int) { (self.row, self.rows) = (row, rows) }

  var found: (index: Int, isNaN: Bool)? {
    firstNaN.map { ($0, true) } ?? firstInfinity.map { ($0, false) }
  }

  mutating func look(at index: Int, _ values: TensorView) {
    guard firstNaN == nil, values.dtype == .float32, values.count > 0 else { return }
    let hasRows = rows > 1 && values.shape.rank > 1 && values.shape[0] >= rows
    let length = hasRows ? values.count / values.shape[0] : values.count
    let start = hasRows ? row * length : 0
    for value in values.floats[start..<start + length] where !value.isFinite {
      if value.isNaN {
        firstNaN = index
        return
      }
      firstInfinity = firstInfinity ?? index
    }
  }
}
