// Functions of one code, or of two.
extension CodeLowering {
  /// A function of one code becomes a table.
  mutating func mapped(_ node: Node, _ index: Int) -> Bool {
    guard let position = argument(of: node), let operand = operand(node, position),
      let ending = ending(of: node.output)
    else { return false }
    var inputs = node.inputs.map { constant($0) }
    inputs[position] = Tensor(operand.grid.values, shape: [256])
    guard let values = evaluating(node, inputs), values.dtype == .float32, values.count == 256
    else { return false }
    let table = ByteTable(to: ending.grid, of: values.array(of: Float.self))
    map(index, operand.codes, table, ending)
    return true
  }

  /// The input that each element depends on, where the others hold the same constants for all.
  private func argument(of node: Node) -> Int? {
    guard node.outputs.count == 1 else { return nil }
    if traits(node).isElementwise {
      return node.read.dropFirst().allSatisfy { constant($0) != nil } ? 0 : nil
    }
    guard node.is("Add", "Sub", "Mul", "Div", "Min", "Max", "Pow", "PRelu"), node.inputs.count == 2
    else { return nil }
    return [0, 1].first { constant(node.input(1 - $0))?.count == 1 }
  }

  mutating func combined(_ node: Node, _ index: Int) {
    guard node.inputs.count == 2, let a = operand(node, 0) ?? constantOperand(node, 0),
      var b = operand(node, 1) ?? constantOperand(node, 1), let ending = ending(of: node.output)
    else { return }
    if node.is("Sub") { b = Operand(codes: b.codes, grid: b.grid.negated) }
    let pair = CodePair(
      operation: node.is("Mul") ? .product : .sum, left: a.grid, right: b.grid,
      result: ending.grid)
    let own = CombineCodes(pair: pair, channels: node.output.flatMap { images[$0] })
    replace(index, by: own, reading: [a.codes, b.codes], ending)
  }

  /// The codes of a constant that is quantized with one scale.
  mutating func constantOperand(_ node: Node, _ index: Int) -> Operand? {
    guard let found = patterns.quantizedConstant(node.input(index)) else { return nil }
    let codes = graph.add("\(node.name).constant", constant: found.codes)
    return Operand(codes: codes, grid: CodeGrid(found.grid))
  }

  mutating func requantized(_ node: Node, _ index: Int) {
    guard let operand = operand(node, 0), let wanted = quantizers[index] else { return }
    map(
      index, operand.codes, ByteTable(from: operand.grid, to: wanted),
      Ending(quantizers: [index], grid: wanted))
  }

  private mutating func map(
    _ index: Int, _ codes: ValueName, _ table: ByteTable, _ ending: Ending
  ) {
    if table.isIdentity {
      forward(index, ending, to: codes)
    } else {
      replace(index, by: MapCodes(table: table), reading: [codes], ending)
    }
  }
}

extension ByteTable {
  /// - Parameter values: of the function, one for each code.
  fileprivate init(to grid: CodeGrid, of values: [Float]) {
    self.init(codes: values.map(grid.code(of:)))
  }
}
