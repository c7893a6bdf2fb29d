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

/// A node whose second input is a float32 weight of the file.
struct WeightedLayer: Sendable {
  let node: Int
  let opType: String
  let name: String
  /// The value that the layer reads.
  let input: String
  let weight: String
  let shape: [Int]
  let axis: Int
  let bias: String?
  /// One filter per input channel.
  let isDepthwise: Bool

  var elementCount: Int { shape.reduce(1, *) }
  var outputChannels: Int { shape[axis] }

  init?(_ document: Document, _ index: Int) {
    let node = document.nodes[index]
    guard let input = node.input(0), let weight = node.input(1),
      let tensor = document.initializers[weight], tensor.elementType == .float32,
      !document.isConstant(input), tensor.dims.allSatisfy({ $0 > 0 }),
      let axis = WeightAxis.axis(of: node, rank: tensor.dims.count)
    else { return nil }
    self.node = index
    opType = node.opType
    name = node.displayName
    self.input = input
    self.weight = weight
    shape = tensor.dims
    self.axis = axis
    bias = node.input(2)
    isDepthwise = node.is("Conv") && node.int("group") ?? 1 > 1 && tensor.dims[1] == 1
  }

  static func all(in document: Document) -> [WeightedLayer] {
    document.nodes.indices.compactMap { WeightedLayer(document, $0) }
  }
}
