extension Graph {
  /// Makes every layer of 8-bit codes compute as x86 without VNNI does (`Hardware.noVNNI`).
  /// - Parameter counting: whether clamped sums are counted, which takes longer.
  func clampingPairs(
    registry: OperatorRegistry, counting: Bool = false
  ) throws(GraphError) -> Graph {
    // Codes of weights are constants, and must stay codes.
    let source = try foldingConstants(registry: registry, leaving: ["DequantizeLinear"])
    return source.usingIntegerSums(counting: counting).markingCodeOperators()
  }
}
