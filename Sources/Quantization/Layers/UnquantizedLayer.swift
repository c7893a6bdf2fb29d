import ONNXFormat

/// A layer that has weights and stays in float32 whatever the policy says.
public struct UnquantizedLayer: Sendable, Equatable {
  public let name: String
  public let opType: String
  /// Why, as the end of a sentence.
  public let reason: String

  /// nil where the node has no weights, or such as can be quantized.
  init?(_ document: Document, _ index: Int) {
    let node = document.nodes[index]
    guard WeightedLayer(document, index) == nil, let reason = Self.reason(node, document) else {
      return nil
    }
    (name, opType, self.reason) = (node.displayName, node.opType, reason)
  }

  private static func reason(_ node: ModelNode, _ document: Document) -> String? {
    switch node.opType {
    case _ where !node.domain.isEmpty: return nil
    case "Conv", "ConvTranspose":
      guard let weight = node.input(1).flatMap({ document.initializers[$0] }) else {
        return "its weights are computed while the model runs"
      }
      return reason(node, weight)
    case "Gemm", "MatMul":
      // A product of two activations has no weights.
      if let weight = node.input(1).flatMap({ document.initializers[$0] }) {
        return document.isConstant(node.inputs[0]) ? nil : reason(node, weight)
      }
      let isFirst = node.input(0).map(document.isConstant) ?? false
      return isFirst ? "its weights are the first operand" : nil
    case "LSTM", "GRU", "RNN", "DeformConv":
      return "weights of \(node.opType) are not quantized"
    case "Einsum":
      return node.inputs.contains(where: document.isConstant)
        ? "weights of Einsum are not quantized" : nil
    default: return nil
    }
  }

  private static func reason(_ node: ModelNode, _ weight: ModelTensor) -> String {
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

  static func all(in document: Document) -> [UnquantizedLayer] {
    document.nodes.indices.compactMap { UnquantizedLayer(document, $0) }
  }
}
