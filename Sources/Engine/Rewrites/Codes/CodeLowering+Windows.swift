// Pools.
extension CodeLowering {
  mutating func maxPool(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let channels = images[codes],
      node.computed.count == 1, let ending = ending(of: node.output), ending.grid == grid,
      let window = try? WindowGeometry(pool: node), window.kernel.count == 2
    else { return }
    replace(index, by: MaxPoolCodes(window: window), reading: [codes], ending, channels: channels)
  }

  mutating func meanPool(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let channels = images[codes],
      let ending = ending(of: node.output)
    else { return }
    guard node.is("AveragePool") else {
      replace(
        index, by: GlobalAveragePoolCodes(input: grid, output: ending.grid), reading: [codes],
        ending)
      return
    }
    guard let window = try? WindowGeometry(pool: node), window.kernel.count == 2,
      let countsPadding = try? node.attributes.flag("count_include_pad"),
      !(window.ceilMode && countsPadding)
    else { return }
    let own = AveragePoolCodes(
      window: window, countsPadding: countsPadding, input: grid, output: ending.grid)
    replace(index, by: own, reading: [codes], ending, channels: channels)
  }
}
