// Codes of one element, or of two.
extension CodeLowering {
  mutating func mapped(
    _ node: Node, _ index: Int, _ computing: (Node, Tensor) -> Tensor?
  ) -> Bool {
    guard let (codes, grid) = operand(node, 0), node.outputs.count == 1,
      let ending = ending(of: node.output),
      node.read.dropFirst().allSatisfy({ source.isConstant($0) }),
      let values = computing(node, Tensor(grid.values, shape: [256])), values.dtype == .float32,
      values.count == 256
    else { return false }
    let table = ByteTable(to: ending.grid, of: values.array(of: Float.self))
    replace(
      index, by: MapCodes(table: table), reading: [codes], ending, channels: images[codes])
    return true
  }

  mutating func combined(_ node: Node, _ index: Int) {
    // Both blocked with as many channels, or both dense.
    guard let (a, left) = operand(node, 0), let (b, right) = operand(node, 1),
      let ending = ending(of: node.output), images[a] == images[b]
    else { return }
    let pair = CodePair(
      operation: node.is("Add") ? .sum : .product, left: left, right: right, result: ending.grid)
    replace(
      index, by: CombineCodes(pair: pair), reading: [a, b], ending, channels: images[a])
  }

  mutating func requantized(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let wanted = quantizers[index] else { return }
    let table = ByteTable(from: grid, to: wanted)
    replace(
      index, by: MapCodes(table: table), reading: [codes],
      Ending(quantizers: [index], grid: wanted), channels: images[codes])
  }
}

extension ByteTable {
  /// - Parameter values: of the function, one for each code.
  fileprivate init(to grid: CodeGrid, of values: [Float]) {
    self.init(codes: values.map(grid.code(of:)))
  }
}
