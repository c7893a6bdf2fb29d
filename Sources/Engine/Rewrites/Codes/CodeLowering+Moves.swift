// What moves codes.
extension CodeLowering {
  /// Whether all that a node computes are values of its first input.
  func moves(_ node: Node) -> Bool {
    switch node.opType {
    case "Gather", "GatherElements", "GatherND", "Expand", "Tile", "ReverseSequence": true
    case "Resize": resizesByCopying(node)
    case "Upsample": (try? node.attributes.string("mode", default: "nearest")) == "nearest"
    default: traits(node).movesValues
    }
  }

  private func resizesByCopying(_ node: Node) -> Bool {
    (try? node.attributes.string("mode", default: "nearest")) == "nearest"
      && (try? node.attributes.string("coordinate_transformation_mode", default: ""))
        != "tf_crop_and_resize"
  }

  mutating func moved(_ node: Node, _ index: Int) {
    guard let operand = operand(node, 0) else { return }
    var moved = node
    moved.inputs[0] = operand.codes
    pass(index, moved, on: operand.grid)
  }

  /// What a Pad puts around codes is a code too.
  mutating func padded(_ node: Node, _ index: Int) {
    guard let operand = operand(node, 0) else { return }
    var own = node
    own.inputs[0] = operand.codes
    if (try? node.attributes.string("mode", default: "constant")) == "constant" {
      guard let code = paddingValue(of: node).flatMap({ operand.grid.code(exactly: $0) }),
        let pads = pads(of: node)
      else { return }
      own.opset = max(node.opset, 11)
      own.inputs.replaceSubrange(
        1..<min(3, node.inputs.count),
        with: [pads, graph.add("\(node.name).code", constant: Tensor(scalar: code))])
    }
    let codes = pass(index, own, on: operand.grid)
    if let pads = source.zeroPads(of: node) { padded[codes[0]] = (operand.codes, pads) }
  }

  private func paddingValue(of node: Node) -> Float? {
    if node.opset < 11 { return try? node.attributes.float("value", default: 0) }
    guard let value = node.input(2) else { return 0 }
    return constant(value).flatMap { $0.dtype == .float32 && $0.count == 1 ? $0 : nil }?
      .array(of: Float.self)[0]
  }

  /// The operand that holds them, made of an attribute in files before ONNX 1.6.
  private mutating func pads(of node: Node) -> ValueName? {
    guard node.opset < 11 else { return node.input(1) }
    guard let pads = try? node.attributes.ints("pads") else { return nil }
    return graph.add(
      "\(node.name).pads", constant: Tensor(pads.map(Int64.init), shape: [pads.count]))
  }

  /// Tensors of one grid are joined as they are, others brought to that of the result.
  mutating func concatenated(_ node: Node, _ index: Int) {
    let operands = node.inputs.indices.compactMap { operand(node, $0) ?? constantOperand(node, $0) }
    let ending = ending(of: node.output)
    let grids = Set(operands.map(\.grid))
    guard operands.count == node.inputs.count,
      let grid = ending?.grid ?? (grids.count == 1 ? grids.first : nil)
    else { return }
    var nodes: [Node]
    if node.output.flatMap({ images[$0] }) != nil {
      let own = ConcatCodes(
        channels: operands.compactMap { images[$0.codes] },
        tables: operands.map { $0.grid.table(to: grid) })
      nodes = [node.replaced(by: own, reading: operands.map(\.codes))]
    } else {
      nodes = requantizing(operands, to: grid, for: node)
    }
    if let ending {
      replace(index, by: nodes, ending)
    } else {
      pass(index, nodes[0], on: grid)
    }
  }

  private mutating func requantizing(
    _ operands: [Operand], to grid: CodeGrid, for node: Node
  ) -> [Node] {
    var joined = node
    var tables: [Node] = []
    joined.inputs = operands.map { operand in
      guard let table = operand.grid.table(to: grid) else { return operand.codes }
      let codes = graph.uniqueName("\(operand.codes) (codes of \(node.name))")
      tables.append(
        Node(
          name: node.name, MapCodes(table: table), inputs: [operand.codes], outputs: [codes]))
      return codes
    }
    return tables + [joined]
  }
}

extension CodeGrid {
  /// nil where codes stay what they are.
  fileprivate func table(to grid: CodeGrid) -> ByteTable? {
    self == grid ? nil : ByteTable(from: self, to: grid)
  }
}
