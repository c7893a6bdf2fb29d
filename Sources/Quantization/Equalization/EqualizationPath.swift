import ONNXFormat

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
  static func all(in document: Document) throws(QuantizationError) -> [EqualizationPath] {
    let search = try PathSearch(document)
    var paths: [EqualizationPath] = []
    for layer in search.layers.values.sorted(by: { $0.node < $1.node }) {
      if let path = try search.path(from: layer) { paths.append(path) }
    }
    return paths
  }
}

private struct PathSearch {
  let document: Document
  let consumers: [String: [Int]]
  let layers: [Int: WeightedLayer]

  init(_ document: Document) throws(QuantizationError) {
    self.document = document
    consumers = document.consumers()
    layers = Dictionary(
      uniqueKeysWithValues: WeightedLayer.all(in: document).map { ($0.node, $0) })
  }

  func path(from source: WeightedLayer) throws(QuantizationError) -> EqualizationPath? {
    guard source.opType != "MatMul", ownsItsConstants(source.node) else { return nil }
    var value = document.nodes[source.node].outputs[0]
    var norm: Int?
    var clips: [Int] = []
    while true {
      let readers = consumers[value] ?? []
      guard !document.pinned.contains(value), !readers.isEmpty else { return nil }
      if let ends = readable(readers, value, channels: source.outputChannels) {
        return EqualizationPath(source: source, norm: norm, clips: clips, readers: ends)
      }
      guard readers.count == 1 else { return nil }
      let node = document.nodes[readers[0]]
      if node.is("BatchNormalization"), norm == nil, clips.isEmpty, ownsItsConstants(readers[0]),
        value == document.nodes[source.node].outputs[0]
      {
        norm = readers[0]
      } else if try document.upperLimit(ofClip: node) != nil {
        clips.append(readers[0])
      } else if !keepsChannels(node) {
        return nil
      }
      value = node.outputs[0]
    }
  }

  /// The readers as layers that take a scale per channel, if all do.
  private func readable(_ readers: [Int], _ value: String, channels: Int) -> [WeightedLayer]? {
    let layers = readers.compactMap { self.layers[$0] }
    guard layers.count == readers.count else { return nil }
    let fits = layers.allSatisfy { layer in
      layer.input == value && ownsItsConstants(layer.node)
        && InputChannels(layer, document.nodes[layer.node]).map {
          $0.count.isMultiple(of: channels) && (layer.opType == "Gemm" || $0.count == channels)
        } ?? false
    }
    return fits ? layers : nil
  }

  /// Operators with f(s·x) = s·f(x) channel by channel, for s > 0.
  private func keepsChannels(_ node: ModelNode) -> Bool {
    node.traits.isPositivelyHomogeneous && (!node.is("Flatten") || node.int("axis") ?? 1 == 1)
  }

  /// Whether nothing else reads the node's constants.
  private func ownsItsConstants(_ node: Int) -> Bool {
    document.nodes[node].inputs.allSatisfy { name in
      !document.isConstant(name)
        || (consumers[name]?.count == 1 && !document.pinned.contains(name))
    }
  }
}

extension Document {
  /// h of a Clip(0, h) with h > 0; nil for everything else.
  func upperLimit(ofClip node: ModelNode) throws(QuantizationError) -> Float? {
    guard node.is("Clip") else { return nil }
    func bound(_ index: Int, _ attribute: String) throws(QuantizationError) -> Float? {
      guard let name = node.input(index) else { return node.float(attribute) }
      return try floats(name)?.first
    }
    guard try bound(1, "min") == 0, let upper = try bound(2, "max"), upper > 0 else { return nil }
    return upper
  }
}
