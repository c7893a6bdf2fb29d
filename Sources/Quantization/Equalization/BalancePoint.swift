import CalibrantEngine

/// A value whose channels may be divided by factors of their own: all that read it are layers, whose weights multiply them
/// back.
public struct BalancePoint: Sendable {
  /// The name of the value.
  public let value: String
  let readers: [WeightedLayer]
  public let channels: Int
  /// Axes behind that of the channels: those of a window, none in a matrix.
  public let trailing: Int
  /// Whether the axis of the channels is the second, as layers that take maps say; that of a MatMul is the last.
  let isOfMaps: Bool

  /// The shape of a constant that has an element for each channel.
  var factorDims: [Int] { [channels] + [Int](repeating: 1, count: trailing) }

  /// Every such value of a graph, in its order.
  static func all(in graph: Graph) -> [BalancePoint] {
    let consumers = graph.consumers()
    let layers = Dictionary(
      uniqueKeysWithValues: WeightedLayer.all(in: graph).map { ($0.node, $0) })
    let values = graph.nodes.flatMap(\.computed)
    return values.compactMap { value in
      let readers = (consumers[value] ?? []).compactMap { layers[$0] }
      guard !readers.isEmpty, readers.count == consumers[value]?.count,
        !graph.pinned.contains(value)
      else { return nil }
      let areOwned = readers.allSatisfy {
        $0.input == value && consumers[$0.weight]?.count == 1 && !graph.pinned.contains($0.weight)
      }
      return areOwned ? BalancePoint(value, readers, graph) : nil
    }
  }

  /// - Returns: nil where the readers do not agree on what a channel is.
  private init?(_ value: String, _ readers: [WeightedLayer], _ graph: Graph) {
    let inputs = readers.compactMap { InputChannels($0, graph.nodes[$0.node]) }
    let ranks = Set(readers.map(\.trailingAxes))
    let kinds = Set(readers.map { $0.opType != "MatMul" })
    guard inputs.count == readers.count, Set(inputs.map(\.count)).count == 1, ranks.count == 1,
      kinds.count == 1
    else { return nil }
    (self.value, self.readers, channels) = (value, readers, inputs[0].count)
    (trailing, isOfMaps) = (readers[0].trailingAxes, readers[0].opType != "MatMul")
  }
}

extension WeightedLayer {
  /// Axes of the input behind that of its channels.
  fileprivate var trailingAxes: Int { opType == "Conv" ? shape.count - 2 : 0 }
}
