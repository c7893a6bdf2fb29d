import ONNXFormat

/// Moves a document to a newer version of the standard operator set.
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

  func apply(to document: inout Document) throws(QuantizationError) {
    guard to > from else { return }
    let refused = document.nodes.filter { !canConvert($0) }
    guard refused.isEmpty && from >= 7 else {
      throw .opsetNotUpgradable(
        from: from, to: to,
        nodes: from < 7
          ? ["broadcasting"] : refused.map { "node '\($0.displayName)' (\($0.opType))" })
    }
    var nodes: [ModelNode] = []
    for node in document.nodes { nodes += upgraded(node, &document) }
    document.nodes = nodes
  }

  private func crosses(_ version: Int) -> Bool { from < version && version <= to }

  private func canConvert(_ node: ModelNode) -> Bool {
    guard node.domain.isEmpty else { return true }
    if let version = Self.changed[node.opType], crosses(version) { return false }
    // Opset 7 and 8 let a norm have parameters for each element.
    if node.is("BatchNormalization"), crosses(9) { return node.int("spatial") ?? 1 == 1 }
    return bodies(of: node).allSatisfy { body in
      body.nodes.allSatisfy { canConvert($0) && keepsForm($0) }
    }
  }

  private func bodies(of node: ModelNode) -> [ModelGraph] {
    node.attributeNames.compactMap { name in
      if case .graph(let body)? = node[attribute: name] { body } else { nil }
    }
  }

  /// Whether a node of a body, where nothing is rewritten, is right in the newer operator set as it stands.
  private func keepsForm(_ node: ModelNode) -> Bool {
    guard node.domain.isEmpty else { return true }
    if let moved = Self.movedAttributes[node.opType], crosses(moved.version) {
      return moved.attributes.allSatisfy { node[attribute: $0] == nil }
    }
    let versions = [
      "Dropout": 12, "Softmax": 13, "LogSoftmax": 13, "Hardmax": 13, "Split": 18, "TopK": 10,
      "Upsample": 10, "Resize": 11, "Scatter": 11, "GridSample": 20,
    ]
    return !(versions[node.opType].map(crosses) ?? false)
  }

  /// What computes the same in the newer operator set.
  private func upgraded(_ node: ModelNode, _ document: inout Document) -> [ModelNode] {
    guard node.domain.isEmpty else { return [node] }
    var node = node
    switch node.opType {
    case "Softmax", "LogSoftmax", "Hardmax":
      if crosses(13) { return normalizing(node, &document) }
    case "Upsample", "Resize":
      if crosses(11) { resample(&node, &document) }
    case "Dropout":
      if crosses(12) { node[attribute: "ratio"] = nil }
    case "BatchNormalization":
      if crosses(9) { node[attribute: "spatial"] = nil }
    case "Scatter":
      if crosses(11) { node.opType = "ScatterElements" }
    case "GridSample":
      let names = ["bilinear": "linear", "bicubic": "cubic"]
      if crosses(20), let mode = node.string("mode"), let name = names[mode] {
        node[attribute: "mode"] = .string(name)
      }
    case "TopK":
      if crosses(10), let count = node.int("k") {
        node.inputs = [node.inputs[0], store([count], for: node, "k", &document)]
        node[attribute: "k"] = nil
      }
    case "Split":
      if crosses(18), node.inputs.count < 2, node.ints("split") == nil {
        node[attribute: "num_outputs"] = .int(node.outputs.count)
      }
    default: break
    }
    if let moved = Self.movedAttributes[node.opType], crosses(moved.version) {
      move(moved.attributes, of: &node, &document)
    }
    return [node]
  }

  /// Before 13 everything from `axis` on was one axis: the rows of a matrix, unless it is the last axis anyway.
  private func normalizing(_ node: ModelNode, _ document: inout Document) -> [ModelNode] {
    var rows = node
    rows[attribute: "axis"] = .int(-1)
    let axis = node.int("axis") ?? 1
    guard !isLast(axis, node, document) else { return [rows] }
    let (input, output) = (node.inputs[0], node.outputs[0])
    let shape = document.uniqueName(output + "_shape")
    let flat = document.uniqueName(output + "_flattened")
    rows.inputs = [flat]
    rows.outputs = [document.uniqueName(output + "_rows")]
    return [
      ModelNode(
        "Shape", name: document.uniqueName(shape + "_Shape"), inputs: [input], outputs: [shape]),
      ModelNode(
        "Flatten", name: document.uniqueName(flat + "_Flatten"), inputs: [input], outputs: [flat],
        attributes: ["axis": .int(axis)]),
      rows,
      ModelNode(
        "Reshape", name: document.uniqueName(output + "_Reshape"),
        inputs: [rows.outputs[0], shape],
        outputs: [output]),
    ]
  }

  /// Whether an axis is known to be the last one of what a node reads.
  private func isLast(_ axis: Int, _ node: ModelNode, _ document: Document) -> Bool {
    if axis == -1 { return true }
    if document.declaredRank(node.outputs[0]) == axis + 1 { return true }
    let producer = document.nodes.first { $0.outputs.contains(node.inputs[0]) }
    return axis == 1 && producer?.is("Flatten", "Gemm") ?? false
  }

  /// Upsample, and Resize before 11, go by the left edge of a pixel and take the nearest one below.
  private func resample(_ node: inout ModelNode, _ document: inout Document) {
    node.opType = "Resize"
    var scales = node.input(1) ?? ""
    if case .floats(let values)? = node[attribute: "scales"] {
      scales = document.uniqueName("\(node.outputs[0])_scales")
      document.store(scales, floats: values, dims: [values.count])
      node[attribute: "scales"] = nil
    }
    if node.string("mode") == "bilinear" { node[attribute: "mode"] = .string("linear") }
    node.inputs = [node.inputs[0], "", scales]
    node[attribute: "coordinate_transformation_mode"] = .string("asymmetric")
    node[attribute: "nearest_mode"] = .string("floor")
  }

  private func move(_ attributes: [String], of node: inout ModelNode, _ document: inout Document) {
    var inputs = Array(node.inputs.prefix(1))
    for attribute in attributes {
      let name = "\(node.outputs.first ?? node.name)_\(attribute)"
      switch node[attribute: attribute] {
      case .float(let value):
        inputs.append(document.uniqueName(name))
        document.store(inputs[inputs.count - 1], floats: [value], dims: [])
      case .ints(let values):
        inputs.append(store(values, for: node, attribute, &document))
      default:
        inputs.append("")
      }
      node[attribute: attribute] = nil
    }
    while inputs.last == "" { inputs.removeLast() }
    if node.inputs.count <= 1 { node.inputs = inputs }
  }

  /// Stores what was an attribute as integers that an input reads.
  private func store(
    _ values: [Int], for node: ModelNode, _ attribute: String, _ document: inout Document
  ) -> String {
    let name = document.uniqueName("\(node.outputs.first ?? node.name)_\(attribute)")
    document.store(
      ModelTensor(
        name: name, elementType: .int64, dims: [values.count], values: values.map(Int64.init)))
    return name
  }
}
