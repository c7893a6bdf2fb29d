// Functions of one code, or of two.
extension CodeLowering {
  /// A function of one code becomes a table.
  mutating func mapped(_ node: Node, _ index: Int) -> Bool {
    guard let position = argument(of: node), let operand = operand(node, position),
      let ending = ending(of: node.output)
    else { return false }
    let table =
      originals[index].map { self.table(of: $0.node, position) }
      ?? combinedTable(of: node, position, from: operand.grid, to: ending.grid)
      ?? self.table(of: node, position, from: operand.grid, to: ending.grid)
    guard let table else { return false }
    map(index, operand.codes, table, ending)
    return true
  }

  private func table(
    of node: Node, _ position: Int, from given: CodeGrid, to wanted: CodeGrid
  ) -> ByteTable? {
    var inputs = node.inputs.map { constant($0) }
    inputs[position] = Tensor(given.values, shape: [256])
    guard let values = evaluating(node, inputs), values.dtype == .float32, values.count == 256
    else { return nil }
    return ByteTable(codes: values.array(of: Float.self).map(wanted.code(of:)))
  }

  /// What each code's sum or product with one constant code becomes.
  private func combinedTable(
    of node: Node, _ position: Int, from given: CodeGrid, to wanted: CodeGrid
  ) -> ByteTable? {
    guard node.is("Add", "Mul"), node.inputs.count == 2,
      let found = patterns.quantizedConstant(node.input(1 - position)), found.codes.count == 1
    else { return nil }
    let pair = CodePair(
      operation: node.is("Mul") ? .product : .sum, left: given, right: CodeGrid(found.grid),
      result: wanted)
    let other = found.codes.array(of: UInt8.self)[0]
    return ByteTable(codes: (0...255).map { pair.code(of: UInt8($0), other) })
  }

  /// What an operator on codes makes of each, exactly.
  private func table(of original: Node, _ position: Int) -> ByteTable? {
    var inputs = original.inputs.map { source.constant($0) }
    let codes = (0...255).map { UInt8($0) }
    // Operands are codes, their scale and zero point.
    inputs[3 * position] =
      inputs[3 * position + 2]?.dtype == .int8
      ? Tensor(codes.map { Int8(bitPattern: $0 ^ 0x80) }, shape: [256])
      : Tensor(codes, shape: [256])
    guard let result = evaluating(original, inputs), result.count == 256 else { return nil }
    return ByteTable(
      codes: result.dtype == .int8
        ? result.array(of: Int8.self).map { UInt8(bitPattern: $0) ^ 0x80 }
        : result.array(of: UInt8.self))
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
