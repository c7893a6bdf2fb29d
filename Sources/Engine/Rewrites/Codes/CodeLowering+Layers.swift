// Layers with constant weights, and products of codes.
extension CodeLowering {
  private mutating func constants(
    _ node: Node, _ layer: IntegerPatterns.Weights, _ bias: Tensor
  ) -> [ValueName?] {
    [
      graph.add("\(node.name).codes", constant: layer.codes),
      graph.add(
        "\(node.name).scales", constant: Tensor(layer.scales, shape: [layer.scales.count])),
      graph.add("\(node.name).bias", constant: bias),
    ]
  }

  mutating func convolution(_ node: Node, _ index: Int) {
    let ending = ending(of: node.output)
    guard var operand = operand(node, 0), let layer = patterns.weights(of: node),
      layer.codes.shape.rank == 4 || ending != nil,
      let (ownWindow, group) = node.convolution(weights: layer.codes.shape), group > 0,
      layer.codes.shape[0] % group == 0,
      let bias = bias(of: node, nil, operand.grid, layer, inSteps: ending != nil)
    else { return }
    var window = ownWindow
    if let (inner, pads) = padded[operand.codes], let wider = window.padded(by: pads) {
      operand = Operand(codes: inner, grid: operand.grid)
      window = wider
    }
    let own = CodeConv(
      window: window, group: group, input: operand.grid, weightZeroPoint: layer.zeroPoint,
      output: ending?.grid)
    let inputs = [operand.codes] + constants(node, layer, bias)
    if let ending {
      replace(index, by: own, reading: inputs, ending)
    } else {
      replace(index, by: own, reading: inputs, computing: node.output)
    }
  }

  mutating func product(_ node: Node, _ index: Int) {
    guard let layer = patterns.weights(of: node) else {
      productOfTwo(node, index)
      return
    }
    guard let operand = operand(node, 0), let result = node.output else { return }
    let added =
      node.is("MatMul") && !fixed.contains(result)
      ? patterns.addedBias(after: result, count: layer.scales.count) : nil
    let last = added?.result ?? result
    let ending = ending(of: last)
    guard let bias = bias(of: node, added, operand.grid, layer, inSteps: ending != nil) else {
      return
    }
    let own = CodeMatMul(
      input: operand.grid, weightZeroPoint: layer.zeroPoint, output: ending?.grid)
    let inputs = [operand.codes] + constants(node, layer, bias)
    let others = added.map { [$0.node] } ?? []
    if var ending {
      ending.nodes += others
      replace(index, by: own, reading: inputs, ending)
    } else {
      replace(index, by: own, reading: inputs, computing: last, removing: others)
    }
  }

  /// A product of codes that are computed, such as those of attention.
  private mutating func productOfTwo(_ node: Node, _ index: Int) {
    guard node.is("MatMul"), let a = operand(node, 0) ?? constantOperand(node, 0),
      let b = operand(node, 1) ?? constantOperand(node, 1)
    else { return }
    let ending = ending(of: node.output)
    let own = MultiplyCodes(left: a.grid, right: b.grid, output: ending?.grid)
    if let ending {
      replace(index, by: own, reading: [a.codes, b.codes], ending)
    } else {
      replace(index, by: own, reading: [a.codes, b.codes], computing: node.output)
    }
  }

  /// The bias of a layer whose output becomes codes, in steps, or else as it is.
  private func bias(
    of node: Node, _ added: IntegerPatterns.AddedBias?, _ input: CodeGrid,
    _ layer: IntegerPatterns.Weights, inSteps: Bool
  ) -> Tensor? {
    let steps = patterns.bias(
      of: node, added, input.scale, layer.scales, mayBeFloat: inSteps,
      checksScale: !node.clampsPairs)
    if let steps { return Tensor(steps, shape: [steps.count]) }
    guard !inSteps, let values = added?.values ?? constant(node.input(2)),
      values.dtype == .float32, values.count == layer.scales.count,
      values.shape.dims.last == values.count
    else { return nil }
    return values.reshaped(to: [values.count])
  }
}
