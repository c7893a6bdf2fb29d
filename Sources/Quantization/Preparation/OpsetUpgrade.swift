import ONNXFormat

/// Moves a document to a newer version of the standard operator set.
///
/// Attributes that became inputs are moved; what would change its meaning is refused by name.
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
  ]

  /// Operators whose meaning or form changed at some version in a way that is not converted here.
  private static let changed: [String: Int] = [
    "Softmax": 13, "LogSoftmax": 13, "Hardmax": 13, "TopK": 11, "Upsample": 10, "Resize": 11,
    "Scatter": 11, "ReduceProd": 18, "ReduceL1": 18, "ReduceLogSum": 18, "ReduceLogSumExp": 18,
    "ReduceSumSquare": 18, "GroupNormalization": 21, "GridSample": 20, "DFT": 20, "If": 13,
    "Loop": 13, "Scan": 13,
  ]

  func apply(to document: inout Document) throws(QuantizationError) {
    guard to > from else { return }
    let refused = document.nodes.filter { !canKeep($0, in: document) }
    guard refused.isEmpty && from >= 7 else {
      throw .opsetNotUpgradable(
        from: from, to: to,
        nodes: from < 7
          ? ["broadcasting"] : refused.map { "node '\($0.displayName)' (\($0.opType))" })
    }
    for index in document.nodes.indices { upgrade(index, &document) }
  }

  private func crosses(_ version: Int) -> Bool { from < version && version <= to }

  private func canKeep(_ node: ModelNode, in document: Document) -> Bool {
    guard node.domain.isEmpty, let version = Self.changed[node.opType], crosses(version) else {
      return true
    }
    if node.is("Softmax", "LogSoftmax", "Hardmax") {
      // Before 13 everything from `axis` on was one axis: no difference on the last axis.
      return node.int("axis") == -1 || (node.int("axis") ?? 1 == 1 && isMatrix(node, document))
    }
    return false
  }

  /// Whether the input is known to have two dimensions.
  private func isMatrix(_ node: ModelNode, _ document: Document) -> Bool {
    let declared = document.declaredRank(node.outputs.first ?? "")
    let producer = document.nodes.first { $0.outputs.contains(node.inputs.first ?? "") }
    return declared == 2 || producer?.is("Flatten", "Gemm") ?? false
  }

  private func upgrade(_ index: Int, _ document: inout Document) {
    var node = document.nodes[index]
    guard node.domain.isEmpty else { return }
    if node.is("Dropout"), crosses(12) { node[attribute: "ratio"] = nil }
    if node.is("Softmax", "LogSoftmax", "Hardmax"), crosses(13) {
      node[attribute: "axis"] = .int(-1)
    }
    if node.is("Split"), crosses(18), node.inputs.count < 2, node.ints("split") == nil {
      node[attribute: "num_outputs"] = .int(node.outputs.count)
    }
    if let moved = Self.movedAttributes[node.opType], crosses(moved.version) {
      move(moved.attributes, of: &node, &document)
    }
    document.nodes[index] = node
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
        inputs.append(document.uniqueName(name))
        document.store(
          ModelTensor(
            name: inputs[inputs.count - 1], elementType: .int64, dims: [values.count],
            values: values.map(Int64.init)))
      default:
        inputs.append("")
      }
      node[attribute: attribute] = nil
    }
    while inputs.last == "" { inputs.removeLast() }
    if node.inputs.count <= 1 { node.inputs = inputs }
  }
}
