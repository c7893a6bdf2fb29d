import CalibrantEngine
import CalibrantONNXFormat

/// A layer that has weights and stays in float32 whatever the policy says.
public struct UnquantizedLayer: Sendable, Equatable {
  public let name: String
  public let opType: String
  /// Why, as the end of a sentence.
  public let reason: String

  /// nil where the node has no weights, or such as can be quantized.
  init?(_ graph: Graph, _ index: Int) {
    let node = graph.nodes[index]
    guard WeightedLayer(graph, index) == nil, let reason = Self.reason(node, graph) else {
      return nil
    }
    (name, opType, self.reason) = (node.displayName, node.opType, reason)
  }

  private static func reason(_ node: Node, _ graph: Graph) -> String? {
    switch node.opType {
    case _ where !node.domain.isEmpty: return nil
    case "Conv", "ConvTranspose":
      guard let weight = graph.constantValue(node.input(1)) else {
        return "its weights are computed while the model runs"
      }
      return reason(node, weight)
    case "Gemm", "MatMul":
      // A product of two activations has no weights.
      if let weight = graph.constantValue(node.input(1)) {
        return graph.isConstant(node.input(0)) ? nil : reason(node, weight)
      }
      let isFirst = node.input(0).map(graph.isConstant) ?? false
      return isFirst ? "its weights are the first operand" : nil
    case "LSTM", "GRU", "RNN", "DeformConv":
      return "weights of \(node.opType) are not quantized"
    case "Einsum":
      return node.read.contains(where: graph.isConstant)
        ? "weights of Einsum are not quantized" : nil
    default: return nil
    }
  }

  private static func reason(_ node: Node, _ weight: ConstantValue) -> String {
    if weight.elementType != .float32 {
      return "its weights are of type \(weight.elementType.map { "\($0)" } ?? "unknown")"
    }
    let groups = node.int("group") ?? 1
    if node.is("ConvTranspose"), groups > 1 {
      return
        "output channels of a ConvTranspose of \(groups) groups lie along two axes of its weights"
    }
    return "weights of shape \(weight.dims) have no axis of output channels"
  }

  static func all(in graph: Graph) -> [UnquantizedLayer] {
    graph.nodes.indices.compactMap { UnquantizedLayer(graph, $0) }
  }
}
