extension Graph {
  /// Quantizes what a Concat joins instead of what it makes, where that is quantized alone: what computes the parts can then
  /// compute codes. The quantizer behind the Concat stays, and changes nothing.
  func distributingQuantizers(keeping: Set<ValueName>) -> Graph {
    var graph = self
    graph.nodes = []
    let (consumers, producers, fixed) = (consumers(), producers(), fixedValues(keeping))
    var absorbed: Set<Int> = []
    for (index, node) in nodes.enumerated() where !absorbed.contains(index) {
      var joined = node
      if node.is("Concat"), isJoinedAlone(node, consumers, producers, fixed: fixed),
        let steps = stepsToCodes(of: node.output, consumers, fixed: fixed)
      {
        joined.inputs = node.read.map { graph.append(steps.nodes.map { nodes[$0] }, to: $0) }
        joined.outputs = [steps.quantized]
        absorbed.formUnion(steps.nodes.dropLast(2))
      }
      graph.nodes.append(joined)
    }
    return graph
  }

  /// Whether nobody else reads the parts, and not all are dequantized already.
  private func isJoinedAlone(
    _ concat: Node, _ consumers: [ValueName: [Int]], _ producers: [ValueName: Int],
    fixed: Set<ValueName>
  ) -> Bool {
    let parts = concat.read.compactMap { producers[$0] }
    return parts.count == concat.inputs.count
      && concat.read.allSatisfy { soleConsumer(of: $0, consumers, fixed: fixed) != nil }
      && !parts.allSatisfy { nodes[$0].is("DequantizeLinear") }
  }

  /// The nodes that read a value one after the other: perhaps a Relu or Clip, then QuantizeLinear with one scale and
  /// DequantizeLinear; and the value that is quantized.
  private func stepsToCodes(
    of value: ValueName?, _ consumers: [ValueName: [Int]], fixed: Set<ValueName>
  ) -> (nodes: [Int], quantized: ValueName)? {
    guard let value, let reader = soleConsumer(of: value, consumers, fixed: fixed),
      let output = nodes[reader].output, nodes[reader].read.first == value
    else { return nil }
    if nodes[reader].is("QuantizeLinear") {
      guard constant(nodes[reader].input(1))?.count == 1,
        let dequantize = consumers[output]?.first, nodes[dequantize].is("DequantizeLinear")
      else { return nil }
      return ([reader, dequantize], value)
    }
    guard activation(of: nodes[reader]) != nil,
      let rest = stepsToCodes(of: output, consumers, fixed: fixed), rest.nodes.count == 2
    else { return nil }
    return ([reader] + rest.nodes, rest.quantized)
  }

  /// Repeats nodes that read one after the other behind a value.
  private mutating func append(_ steps: [Node], to value: ValueName) -> ValueName {
    steps.reduce(value) { last, step in
      var node = step
      node.inputs[0] = last
      let output = uniqueName("\(step.computed[0]) (of \(value))")
      (node.name, node.outputs) = (output, [output])
      nodes.append(node)
      return output
    }
  }
}
