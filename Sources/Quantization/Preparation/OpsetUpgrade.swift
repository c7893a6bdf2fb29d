import CalibrantEngine
import CalibrantONNXFormat

/// Moves a graph to a newer version of the standard operator set.
///
/// Attributes that became inputs are moved, and operators whose meaning changed are spelled as it was; what cannot be
/// is refused by name.
struct OpsetUpgrade {
  let from: Int
  let to: Int

  /// Attributes that became inputs at some version, in the order of the inputs.
  private static let movedAttributes: [String: (version: Int, attributes: [String])] = [
    "Clip": (11, ["min", "max"]),
    "Pad": (11, ["pads", "value"]),
    "Slice": (10, ["starts", "ends", "axes"]),
    "Squeeze": (13, ["axes"]),
    "Unsqueeze": (13, ["axes"]),
    "Split": (13, ["split"]),
    "ReduceSum": (13, ["axes"]),
    "ReduceMean": (18, ["axes"]),
    "ReduceMax": (18, ["axes"]),
    "ReduceMin": (18, ["axes"]),
    "ReduceL2": (18, ["axes"]),
    "ReduceProd": (18, ["axes"]),
    "ReduceL1": (18, ["axes"]),
    "ReduceLogSum": (18, ["axes"]),
    "ReduceLogSumExp": (18, ["axes"]),
    "ReduceSumSquare": (18, ["axes"]),
  ]

  /// Operators whose meaning changed at some version in a way that is not converted here.
  private static let changed: [String: Int] = ["GroupNormalization": 21, "DFT": 20]

  func apply(to graph: inout Graph) throws(QuantizationError) {
    guard to > from else { return }
    let obstacles = obstacles(in: graph)
    guard obstacles.isEmpty else {
      throw .opsetNotUpgradable(from: from, to: to, nodes: obstacles)
    }
    var nodes: [Node] = []
    for node in graph.nodes { nodes += upgraded(node, &graph) }
    graph.nodes = nodes
    graph.opset = to
  }

  /// What would change its meaning; empty where nothing would.
  func obstacles(in graph: Graph) -> [String] {
    if to > from && from < 7 { return ["broadcasting"] }
    return graph.nodes.filter { !canConvert($0) }.map { "node '\($0.displayName)' (\($0.opType))" }
  }

  private func crosses(_ version: Int) -> Bool { from < version && version <= to }

  private func canConvert(_ node: Node) -> Bool {
    guard node.domain.isEmpty else { return true }
    if let version = Self.changed[node.opType], crosses(version) { return false }
    // Opset 7 and 8 let a norm have parameters for each element.
    if node.is("BatchNormalization"), crosses(9) { return node.int("spatial") ?? 1 == 1 }
    return bodies(of: node).joined().allSatisfy { canConvert($0) && keepsForm($0) }
  }

  private func bodies(of node: Node) -> [[Node]] {
    node.attributes.graphs.map { $0.graph.nodes.map { Node($0, opset: from) } }
  }

  /// Whether a node of a body, where nothing is rewritten, is right in the newer operator set as it stands.
  private func keepsForm(_ node: Node) -> Bool {
    guard node.domain.isEmpty else { return true }
    if let moved = Self.movedAttributes[node.opType], crosses(moved.version) {
      return moved.attributes.allSatisfy { node.attributes[$0] == nil }
    }
    let versions = [
      "Dropout": 12, "Softmax": 13, "LogSoftmax": 13, "Hardmax": 13, "Split": 18, "TopK": 10,
      "Upsample": 10, "Resize": 11, "Scatter": 11, "GridSample": 20, "RoiAlign": 16,
    ]
    return !(versions[node.opType].map(crosses) ?? false)
  }

  /// What computes the same in the newer operator set.
  private func upgraded(_ node: Node, _ graph: inout Graph) -> [Node] {
    guard node.domain.isEmpty else { return [node] }
    var node = node
    switch node.opType {
    case "Softmax", "LogSoftmax", "Hardmax":
      if crosses(13) { return normalizing(node, &graph) }
    case "Upsample", "Resize":
      if crosses(11) { resample(&node, &graph) }
    case "Dropout":
      if crosses(12) { node.attributes["ratio"] = nil }
    case "BatchNormalization":
      if crosses(9) { node.attributes["spatial"] = nil }
    case "Scatter":
      if crosses(11) { node.opType = "ScatterElements" }
    case "GridSample":
      let names = ["bilinear": "linear", "bicubic": "cubic"]
      if crosses(20), let mode = node.string("mode"), let name = names[mode] {
        node.attributes["mode"] = .string(name)
      }
    case "RoiAlign":
      // What it was before 16 became one of two choices, and not the default.
      let name = "coordinate_transformation_mode"
      if crosses(16), node.attributes[name] == nil {
        node.attributes[name] = .string("output_half_pixel")
      }
    case "TopK":
      if crosses(10), let count = node.int("k") {
        node.inputs = [node.input(0), store([count], for: node, "k", &graph)]
        node.attributes["k"] = nil
      }
    case "Split":
      if crosses(18), node.inputs.count < 2, node.ints("split") == nil {
        node.attributes["num_outputs"] = .int(node.outputs.count)
      }
    default: break
    }
    if let moved = Self.movedAttributes[node.opType], crosses(moved.version) {
      move(moved.attributes, of: &node, &graph)
    }
    return [node]
  }

  /// Before 13 everything from `axis` on was one axis: the rows of a matrix, unless it is the last axis anyway.
  private func normalizing(_ node: Node, _ graph: inout Graph) -> [Node] {
    var rows = node
    rows.attributes["axis"] = .int(-1)
    let axis = node.int("axis") ?? 1
    guard !isLast(axis, node, graph) else { return [rows] }
    guard let input = node.input(0), let output = node.output else { return [rows] }
    let shape = graph.uniqueName(output + "_shape")
    let flat = graph.uniqueName(output + "_flattened")
    rows.inputs = [flat]
    rows.outputs = [graph.uniqueName(output + "_rows")]
    return [
      Node(
        "Shape", name: graph.uniqueName(shape + "_Shape"), inputs: [input], outputs: [shape]),
      Node(
        "Flatten", name: graph.uniqueName(flat + "_Flatten"), inputs: [input], outputs: [flat],
        attributes: ["axis": .int(axis)]),
      rows,
      Node(
        "Reshape", name: graph.uniqueName(output + "_Reshape"),
        inputs: [rows.outputs[0], shape],
        outputs: [output]),
    ]
  }

  /// Whether an axis is known to be the last one of what a node reads.
  private func isLast(_ axis: Int, _ node: Node, _ graph: Graph) -> Bool {
    if axis == -1 { return true }
    if node.output.flatMap({ graph.declaration(of: $0)?.dimensions?.count }) == axis + 1 {
      return true
    }
    let producer = graph.nodes.first { $0.outputs.contains(node.input(0)) }
    return axis == 1 && producer?.is("Flatten", "Gemm") ?? false
  }

  /// Upsample, and Resize before 11, go by the left edge of a pixel and take the nearest one below.
  private func resample(_ node: inout Node, _ graph: inout Graph) {
    node.opType = "Resize"
    var scales = node.input(1)
    if case .floats(let values)? = node.attributes["scales"] {
      let name = graph.uniqueName("\(node.output ?? node.name)_scales")
      graph.store(name, floats: values, dims: [values.count])
      scales = name
      node.attributes["scales"] = nil
    }
    if node.string("mode") == "bilinear" { node.attributes["mode"] = .string("linear") }
    node.inputs = [node.input(0), nil, scales]
    node.attributes["coordinate_transformation_mode"] = .string("asymmetric")
    node.attributes["nearest_mode"] = .string("floor")
  }

  private func move(_ attributes: [String], of node: inout Node, _ graph: inout Graph) {
    var inputs = Array(node.inputs.prefix(1))
    for attribute in attributes {
      let name = "\(node.output ?? node.name)_\(attribute)"
      switch node.attributes[attribute] {
      case .float(let value):
        let stored = graph.uniqueName(name)
        graph.store(stored, floats: [value], dims: [])
        inputs.append(stored)
      case .ints(let values):
        inputs.append(store(values, for: node, attribute, &graph))
      default:
        inputs.append(nil)
      }
      node.attributes[attribute] = nil
    }
    while inputs.last == .some(nil) { inputs.removeLast() }
    if node.inputs.count <= 1 { node.inputs = inputs }
  }

  /// Stores what was an attribute as integers that an input reads.
  private func store(
    _ values: [Int], for node: Node, _ attribute: String, _ graph: inout Graph
  ) -> String {
    let name = graph.uniqueName("\(node.output ?? node.name)_\(attribute)")
    graph.store(
      ModelTensor(
        name: name, elementType: .int64, dims: [values.count], values: values.map(Int64.init)))
    return name
  }
}
