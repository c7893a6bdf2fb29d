// What moves codes.
extension CodeLowering {
  mutating func concatenated(_ node: Node, _ index: Int) {
    let operands = node.inputs.indices.compactMap { operand(node, $0) }
    guard operands.count == node.inputs.count, let ending = ending(of: node.output) else { return }
    let codes = operands.map(\.codes)
    let channels = codes.compactMap { images[$0] }
    if (try? node.attributes.int("axis")) == 1, channels.count == codes.count {
      let tables = operands.map {
        $0.grid == ending.grid ? nil : ByteTable(from: $0.grid, to: ending.grid)
      }
      replace(
        index, by: ConcatCodes(tables: tables), reading: codes, ending,
        channels: channels.reduce(0, +))
    } else if operands.allSatisfy({ $0.grid == ending.grid }) {
      var joined = node
      joined.inputs = codes
      finish(index, joined, ending)
    }
  }

  mutating func moved(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), node.computed.count == 1,
      let ending = ending(of: node.output), ending.grid == grid
    else { return }
    var moved = node
    moved.inputs[0] = codes
    finish(index, moved, ending)
  }
}
