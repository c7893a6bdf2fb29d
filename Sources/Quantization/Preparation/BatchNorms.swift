import CalibrantEngine

extension Graph {
  /// For each output of a batch norm, β and |γ| of its channels.
  func normalizedOutputs() throws(QuantizationError) -> [ValueName: [ChannelNormal]] {
    var result: [ValueName: [ChannelNormal]] = [:]
    for node in nodes where batchNormalizationFactors(of: node) != nil {
      guard let output = node.output, let gamma = try floats(node.input(1)),
        let beta = try floats(node.input(2))
      else { continue }
      result[output] = zip(beta, gamma).map {
        ChannelNormal(mean: Double($0), deviation: Double(abs($1)))
      }
    }
    return result
  }

  /// Folds batch norms into the Conv or Gemm before them.
  mutating func foldBatchNormalization() {
    self = foldingBatchNormalization(
      keeping: pinned, into: ["Conv", "Gemm"], traits: OperatorRegistry.standard.traits)
  }
}
