// Pools.
extension CodeLowering {
  mutating func maxPool(_ node: Node, _ index: Int) {
    guard let operand = operand(node, 0), node.computed.count == 1 else { return }
    guard let channels = images[operand.codes], let window = try? WindowGeometry(pool: node),
      window.kernel.count == 2
    else {
      moved(node, index)
      return
    }
    pass(
      index,
      node.replaced(by: MaxPoolCodes(channels: channels, window: window), reading: [operand.codes]),
      on: operand.grid)
  }

  mutating func averagePool(_ node: Node, _ index: Int) {
    guard let operand = operand(node, 0), let channels = images[operand.codes],
      let ending = ending(of: node.output), let window = try? WindowGeometry(pool: node),
      window.kernel.count == 2,
      let countsPadding = try? node.attributes.flag("count_include_pad"),
      !(window.ceilMode && countsPadding),
      // Sums and their divisors are 32-bit integers.
      window.kernel.reduce(1, *) <= 1 << 20
    else { return }
    let own = AveragePoolCodes(
      channels: channels, window: window, countsPadding: countsPadding, input: operand.grid,
      output: ending.grid)
    replace(index, by: own, reading: [operand.codes], ending)
  }

  /// The mean over all pixels; where a ReduceMean drops their axes, so does a Flatten.
  mutating func globalAveragePool(_ node: Node, _ index: Int) {
    guard let operand = operand(node, 0), let channels = images[operand.codes],
      let ending = ending(of: node.output), node.is("GlobalAveragePool") || reducesPixels(node)
    else { return }
    let own = GlobalAveragePoolCodes(
      channels: channels, input: operand.grid, output: ending.grid)
    var nodes = [node.replaced(by: own, reading: [operand.codes])]
    if node.is("ReduceMean"), (try? node.attributes.flag("keepdims", default: true)) == false {
      let means = graph.uniqueName("\(operand.codes) (means)")
      nodes[0].outputs = [means]
      nodes.append(
        Node("Flatten", name: node.name, inputs: [means], outputs: node.outputs))
    }
    replace(index, by: nodes, ending)
  }

  private func reducesPixels(_ node: Node) -> Bool {
    let axes = (try? node.attributes.ints("axes")) ?? constant(node.input(1))?.integers
    return Set(axes?.map { $0 < 0 ? $0 + 4 : $0 } ?? []) == [2, 3]
  }
}
