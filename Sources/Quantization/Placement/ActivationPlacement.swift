import ONNXFormat

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

  init(_ document: Document, anchors: [WeightedLayer]) {
    let wanted = Self.wanted(document, anchors)
    var links = DisjointSets()
    var concatenated: Set<String> = []
    var moved: Set<String> = []
    for node in document.nodes {
      let outputs = node.outputs.filter(wanted.contains)
      guard !outputs.isEmpty else { continue }
      if node.is("Concat") {
        concatenated.formUnion(outputs)
        for input in node.inputs where wanted.contains(input) { links.join(input, outputs[0]) }
      } else if let input = document.passedThrough(node), wanted.contains(input) {
        moved.formUnion(outputs)
        for output in outputs { links.join(input, output) }
      }
    }
    let order = document.inputs.map(\.name) + document.nodes.flatMap(\.outputs)
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
      groups[i].depthwiseReaders = Self.depthwiseReaders(document, members, anchors)
    }
  }

  var tensors: [String] { groups.flatMap(\.members) }

  private static func wanted(_ document: Document, _ anchors: [WeightedLayer]) -> Set<String> {
    let isFloat = document.floatValues()
    let layers = Set(anchors.map(\.node))
    var wanted: Set<String> = []
    /// What an activation function reads whose output is quantized in its place.
    var fused: Set<String> = []
    for (index, node) in document.nodes.enumerated().reversed() {
      var read: [String] = []
      let isWanted = node.outputs.contains(where: wanted.contains)
      if layers.contains(index) {
        read = [node.inputs[0]]
      } else if node.is("Relu", "Clip") {
        if isWanted { fused.insert(node.inputs[0]) }
      } else if isWanted || (node.is("Add") && node.outputs.contains(where: fused.contains)) {
        read = document.integerOperands(node)
      }
      wanted.formUnion(read.filter { isFloat.contains($0) && !document.isConstant($0) })
    }
    return wanted
  }

  private static func depthwiseReaders(
    _ document: Document, _ members: [String], _ anchors: [WeightedLayer]
  ) -> [String] {
    guard members.count == 1, !document.pinned.contains(members[0]) else { return [] }
    let readers = document.nodes.indices.filter { document.nodes[$0].inputs.contains(members[0]) }
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
