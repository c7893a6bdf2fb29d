// Layers with constant weights.
extension CodeLowering {
  private mutating func constants(
    _ node: Node, _ layer: IntegerPatterns.Weights, _ bias: [Int32]
  ) -> [ValueName?] {
    [
      graph.add("\(node.name).codes", constant: layer.codes),
      graph.add(
        "\(node.name).scales", constant: Tensor(layer.scales, shape: [layer.scales.count])),
      graph.add("\(node.name).bias", constant: Tensor(bias, shape: [bias.count])),
    ]
  }

  mutating func convolution(_ node: Node, _ index: Int) {
    let ending = ending(of: node.output)
    guard var operand = operand(node, 0), let layer = patterns.weights(of: node),
      layer.codes.shape.rank == 4,
      let (ownWindow, group) = node.convolution(weights: layer.codes.shape), group > 0,
      layer.codes.shape[0] % group == 0,
      let bias = patterns.bias(
        of: node, nil, operand.grid.scale, layer.scales, mayBeFloat: ending != nil,
        checksScale: true)
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
    guard let operand = operand(node, 0), let layer = patterns.weights(of: node),
      let result = node.output
    else { return }
    let added =
      node.is("MatMul") && !fixed.contains(result)
      ? patterns.addedBias(after: result, count: layer.scales.count) : nil
    let last = added?.result ?? result
    let ending = ending(of: last)
    let codes = patterns.bias(
      of: node, added, operand.grid.scale, layer.scales, mayBeFloat: ending != nil,
      checksScale: true)
    let offsets =
      codes == nil && ending == nil ? offsets(node, added?.values, layer.scales.count) : nil
    guard let bias = codes ?? offsets.map({ _ in layer.scales.map { _ in 0 } }) else { return }
    let own = CodeMatMul(
      input: operand.grid, weightZeroPoint: layer.zeroPoint, output: ending?.grid)
    let inputs = [operand.codes] + constants(node, layer, bias)
    if var ending {
      ending.nodes += added.map { [$0.node] } ?? []
      replace(index, by: own, reading: inputs, ending)
    } else {
      let offsets = offsets.map { graph.add("\(node.name).offsets", constant: $0) }
      replace(
        index, by: own, reading: inputs + [offsets], computing: last,
        removing: added.map { [$0.node] } ?? [])
    }
  }

  /// A bias in float, which values that stay in float take as it is.
  private func offsets(_ node: Node, _ added: Tensor?, _ count: Int) -> Tensor? {
    guard let values = added ?? constant(node.input(2)), values.dtype == .float32,
      values.shape.dims.last == count, values.count == count
    else { return nil }
    return values
  }
}
