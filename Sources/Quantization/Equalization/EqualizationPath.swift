import CalibrantEngine
import CalibrantONNXFormat

/// A way from one layer to the next ones on which a channel can be made smaller at its start and larger at its end
/// without changing what the network computes.
struct EqualizationPath {
  /// The layer that produces the channels, and the batch norm that belongs to it.
  let source: WeightedLayer
  let norm: Int?
  /// Clip(0, h) nodes on the way, whose upper limits must be scaled with the channels.
  let clips: [Int]
  /// All that read the channels.
  let readers: [WeightedLayer]

  var channels: Int { source.outputChannels }

  /// Every path of a model. A value that two nodes read on the way ends it, unless all its readers are layers.
  static func all(in graph: Graph) throws(QuantizationError) -> [EqualizationPath] {
    let search = try PathSearch(graph)
    var paths: [EqualizationPath] = []
    for layer in search.layers.values.sorted(by: { $0.node < $1.node }) {
      if let path = try search.path(from: layer) { paths.append(path) }
    }
    return paths
  }
}

private struct PathSearch {
  let graph: Graph
  let consumers: [String: [Int]]
  let layers: [Int: WeightedLayer]

  init(_ graph: Graph) throws(QuantizationError) {
    self.graph = graph
    consumers = graph.consumers()
    layers = Dictionary(
      uniqueKeysWithValues: WeightedLayer.all(in: graph).map { ($0.node, $0) })
  }

  func path(from source: WeightedLayer) throws(QuantizationError) -> EqualizationPath? {
    guard source.opType != "MatMul", ownsItsConstants(source.node) else { return nil }
    var output = graph.nodes[source.node].output
    var norm: Int?
    var clips: [Int] = []
    while let value = output {
      let readers = consumers[value] ?? []
      guard !graph.pinned.contains(value), !readers.isEmpty else { return nil }
      if let ends = readable(readers, value, channels: source.outputChannels) {
        return EqualizationPath(source: source, norm: norm, clips: clips, readers: ends)
      }
      guard readers.count == 1 else { return nil }
      let node = graph.nodes[readers[0]]
      if node.is("BatchNormalization"), norm == nil, clips.isEmpty, ownsItsConstants(readers[0]),
        value == graph.nodes[source.node].output
      {
        norm = readers[0]
      } else if graph.upperLimit(ofClip: node) != nil {
        clips.append(readers[0])
      } else if !keepsChannels(node) {
        return nil
      }
      output = node.output
    }
    return nil
  }

  /// The readers as layers that take a scale per channel, if all do.
  private func readable(_ readers: [Int], _ value: String, channels: Int) -> [WeightedLayer]? {
    let layers = readers.compactMap { self.layers[$0] }
    guard layers.count == readers.count else { return nil }
    let fits = layers.allSatisfy { layer in
      // The channels of a map are not those that a MatMul reads.
      layer.opType != "MatMul" && layer.input == value && ownsItsConstants(layer.node)
        && InputChannels(layer, graph.nodes[layer.node]).map {
          $0.count.isMultiple(of: channels) && (layer.opType == "Gemm" || $0.count == channels)
        } ?? false
    }
    return fits ? layers : nil
  }

  /// Operators with f(s·x) = s·f(x) channel by channel, for s > 0.
  private func keepsChannels(_ node: Node) -> Bool {
    node.traits.isPositivelyHomogeneous && (!node.is("Flatten") || node.int("axis") ?? 1 == 1)
  }

  /// Whether nothing else reads the node's constants.
  private func ownsItsConstants(_ node: Int) -> Bool {
    graph.nodes[node].read.allSatisfy { name in
      !graph.isConstant(name)
        || (consumers[name]?.count == 1 && !graph.pinned.contains(name))
    }
  }
}

extension Graph {
  /// h of a Clip(0, h) with h > 0; nil for everything else.
  func upperLimit(ofClip node: Node) -> Float? {
    guard case .clip(0, let upper)? = activation(of: node), upper > 0,
      upper < .greatestFiniteMagnitude
    else { return nil }
    return upper
  }
}
