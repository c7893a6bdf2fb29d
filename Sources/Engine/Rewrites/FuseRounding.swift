extension Graph {
  /// Lets the operators that can round a result through its codes do so before storing it, in place of a
  /// QuantizeDequantize behind them.
  func fusingRounding(keeping: Set<ValueID>) -> Graph {
    var graph = self
    let consumers = consumers()
    let producers = producers()
    let fixed = fixedValues(keeping)
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      guard let rounding = rounding(of: node), let input = node.inputs[0],
        let producer = producers[input], Self.fusesRounding(graph.nodes[producer]),
        graph.nodes[producer].rounding == nil,
        soleConsumer(of: input, consumers, fixed: fixed) == index
      else { continue }
      graph.nodes[producer].rounding = rounding
      graph.nodes[producer].outputs[0] = node.outputs[0]
      removed.insert(index)
    }
    graph.nodes = graph.nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
    return graph
  }

  /// The operators whose kernels apply an `Epilogue`.
  private static func fusesRounding(_ node: Node) -> Bool {
    node.is("Add")
      || node.domain == "calibrant" && ["BlockedConv", "ScaleShift"].contains(node.opType)
  }

  /// What a QuantizeDequantize with one scale for the whole tensor does.
  private func rounding(of node: Node) -> Rounding? {
    guard node.domain == "calibrant", node.opType == "QuantizeDequantize",
      let scale = constant(node.inputs[1]), scale.count == 1,
      let zeroPoint = constant(node.inputs[2]), zeroPoint.count == 1,
      let limits = zeroPoint.dtype.quantizationLimits, let zero = zeroPoint.integers?[0]
    else { return nil }
    return Rounding(
      scale: scale.array(of: Float.self)[0],
      codes: limits.lowerBound - zero...limits.upperBound - zero)
  }
}
