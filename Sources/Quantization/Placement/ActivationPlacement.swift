import CalibrantEngine

/// Which values get a quantizer, and which of them share one.
///
/// A value is quantized when a layer with quantized weights reads it, directly or through operators
/// that integers pass through (Add, Concat, pooling, reshaping). What only an activation function reads
/// is not: its output is quantized instead, so that no half of the grid is spent on what Relu drops.
/// Values that are not float32 never are.
struct ActivationPlacement {
  /// Values that have the same scale and zero point.
  struct Group {
    /// In the order of the graph.
    var members: [String] = []
    /// The members whose ranges decide: what Concat makes of its inputs, or else what computes values
    /// (the others only move them).
    var deciding: [String] = []
    /// Nonempty where all readers of the only member are depthwise convolutions.
    var depthwiseReaders: [String] = []
  }

  private(set) var groups: [Group] = []

  init(_ graph: Graph, anchors: [WeightedLayer]) {
    let wanted = Self.wanted(graph, anchors)
    var links = DisjointSets()
    var concatenated: Set<String> = []
    var moved: Set<String> = []
    for node in graph.nodes {
      let outputs = node.computed.filter(wanted.contains)
      guard !outputs.isEmpty else { continue }
      if node.is("Concat") {
        concatenated.formUnion(outputs)
        for input in node.read where wanted.contains(input) { links.join(input, outputs[0]) }
      } else if let input = graph.passedThrough(node), wanted.contains(input) {
        moved.formUnion(outputs)
        for output in outputs { links.join(input, output) }
      }
    }
    let order = graph.inputs.map(\.name) + graph.nodes.flatMap(\.computed)
    var positions: [String: Int] = [:]
    for name in order where wanted.contains(name) {
      let root = links.root(name)
      if positions[root] == nil {
        positions[root] = groups.count
        groups.append(Group())
      }
      groups[positions[root] ?? 0].members.append(name)
    }
    for i in groups.indices {
      let members = groups[i].members
      let joints = members.filter(concatenated.contains)
      groups[i].deciding = joints.isEmpty ? members.filter { !moved.contains($0) } : joints
      groups[i].depthwiseReaders = Self.depthwiseReaders(graph, members, anchors)
    }
  }

  var tensors: [String] { groups.flatMap(\.members) }

  private static func wanted(_ graph: Graph, _ anchors: [WeightedLayer]) -> Set<String> {
    let isFloat = graph.floatValues()
    let layers = Set(anchors.map(\.node))
    var wanted: Set<String> = []
    /// What an activation function reads whose output is quantized in its place.
    var fused: Set<String> = []
    for (index, node) in graph.nodes.enumerated().reversed() {
      var read: [String] = []
      let isWanted = node.computed.contains(where: wanted.contains)
      if layers.contains(index) {
        read = node.input(0).map { [$0] } ?? []
      } else if node.is("Relu", "Clip") {
        if isWanted, let input = node.input(0) { fused.insert(input) }
      } else if isWanted || (node.is("Add") && node.computed.contains(where: fused.contains)) {
        read = graph.integerOperands(node)
      }
      wanted.formUnion(read.filter { isFloat.contains($0) && !graph.isConstant($0) })
    }
    return wanted
  }

  private static func depthwiseReaders(
    _ graph: Graph, _ members: [String], _ anchors: [WeightedLayer]
  ) -> [String] {
    guard members.count == 1, !graph.pinned.contains(members[0]) else { return [] }
    let readers = graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(members[0]) }
    let depthwise = anchors.filter { $0.isDepthwise && readers.contains($0.node) }
    return depthwise.count == readers.count ? depthwise.map(\.name) : []
  }
}

/// Union-find over names.
private struct DisjointSets {
  private var parents: [String: String] = [:]

  func root(_ name: String) -> String {
    var name = name
    while let parent = parents[name] { name = parent }
    return name
  }

  mutating func join(_ a: String, _ b: String) {
    let (a, b) = (root(a), root(b))
    if a != b { parents[a] = b }
  }
}
