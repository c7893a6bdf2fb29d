extension Graph {
  /// Lets the operators that can round a result through its codes do so before storing it, in place of a
  /// QuantizeDequantize behind them.
  func fusingRounding(
    keeping: Set<ValueName>, traits: (Node) -> OperatorTraits
  ) -> Graph {
    absorbingReaders(keeping: keeping) { node, producer in
      guard let rounding = rounding(of: node) else { return false }
      guard traits(producer).fusesRounding, producer.rounding == nil else { return false }
      producer.rounding = rounding
      return true
    }
  }

  /// What a QuantizeDequantize with one scale for the whole tensor does.
  func rounding(of node: Node) -> GridRounding? {
    guard node.own is QuantizeDequantize, node.inputs.count > 2,
      let scale = constant(node.input(1)), scale.dtype == .float32, scale.count == 1,
      let zeroPoint = constant(node.input(2)), zeroPoint.count == 1,
      let limits = zeroPoint.dtype.quantizationLimits, let zero = zeroPoint.integers?[0]
    else { return nil }
    return GridRounding(
      scale: scale.array(of: Float.self)[0], limits: limits, zeroPoint: zero)
  }
}
