import ONNXFormat

/// The axis of a weight that has one entry per output channel, for every operator that has weights.
public enum WeightAxis {
  /// nil for operators that have none, and for forms whose output channels are not along one axis.
  /// - Parameter rank: of the weight, the operator's second input.
  public static func axis(of node: ModelNode, rank: Int) -> Int? {
    guard node.domain.isEmpty else { return nil }
    switch node.opType {
    case "Conv": return rank >= 3 ? 0 : nil
    // With groups, an output channel is a group and an index along axis 1.
    case "ConvTranspose": return rank >= 3 && node.int("group") ?? 1 == 1 ? 1 : nil
    case "Gemm": return rank == 2 ? (node.int("transB") ?? 0 != 0 ? 0 : 1) : nil
    case "MatMul": return rank >= 2 ? rank - 1 : nil
    default: return nil
    }
  }
}
