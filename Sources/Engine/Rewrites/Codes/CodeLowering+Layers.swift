// Layers with constant weights.
extension CodeLowering {
  private mutating func constants(
    _ node: Node, _ weights: Tensor, _ scales: [Float], _ bias: [Int32]
  ) -> [ValueName?] {
    [
      graph.add("\(node.name).codes", constant: weights),
      graph.add("\(node.name).scales", constant: Tensor(scales, shape: [scales.count])),
      graph.add("\(node.name).bias", constant: Tensor(bias, shape: [bias.count])),
    ]
  }

  mutating func convolution(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let ending = ending(of: node.output),
      let layer = patterns.weights(of: node), layer.codes.shape.rank == 4,
      let (window, group) = node.convolution(weights: layer.codes.shape), group > 0,
      layer.codes.shape[0] % group == 0,
      let bias = patterns.bias(
        of: node, nil, grid.scale, layer.scales, mayBeFloat: true, checksScale: true)
    else { return }
    let own = CodeConv(
      window: window, group: group, input: grid, weightZeroPoint: layer.zeroPoint,
      output: ending.grid)
    replace(
      index, by: own, reading: [codes] + constants(node, layer.codes, layer.scales, bias), ending,
      channels: layer.codes.shape[0])
  }

  mutating func product(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let layer = patterns.weights(of: node),
      let result = node.output
    else { return }
    let added =
      node.is("MatMul") ? patterns.addedBias(after: result, count: layer.scales.count) : nil
    let last = added?.result ?? result
    let ending = ending(of: last)
    guard
      let bias = patterns.bias(
        of: node, added, grid.scale, layer.scales, mayBeFloat: ending != nil, checksScale: true),
      ending != nil || added == nil
    else { return }
    let own = CodeMatMul(
      input: grid, weightZeroPoint: layer.zeroPoint, output: ending?.grid)
    let inputs = [codes] + constants(node, layer.codes, layer.scales, bias)
    guard var ending else {
      replace(index, by: own, reading: inputs)
      return
    }
    if let added { ending.nodes.append(added.node) }
    replace(index, by: own, reading: inputs, ending)
  }
}
