import CalibrantEngine
import CalibrantONNXFormat

/// A node with a float32 weight of the file.
struct WeightedLayer: Sendable {
  let node: Int
  let opType: String
  let name: String
  /// The value that the layer reads.
  let input: String
  let weight: String
  /// The weight's position among the node's inputs.
  let weightInput: Int
  let shape: [Int]
  let axis: Int
  let bias: String?
  /// One filter per input channel.
  let isDepthwise: Bool

  var elementCount: Int { shape.reduce(1, *) }
  var outputChannels: Int { shape[axis] }

  init?(_ graph: Graph, _ index: Int) {
    let node = graph.nodes[index]
    guard let weightInput = node.traits.weight?.input,
      let input = node.input(0), let weight = node.input(weightInput),
      let tensor = graph.constants[weight], tensor.elementType == .float32,
      !graph.isConstant(input), tensor.dims.allSatisfy({ $0 > 0 }),
      let axis = WeightAxis.axis(of: node, rank: tensor.dims.count)
    else { return nil }
    self.node = index
    opType = node.opType
    name = node.displayName
    self.input = input
    self.weight = weight
    self.weightInput = weightInput
    shape = tensor.dims
    self.axis = axis
    bias = node.input(2)
    isDepthwise = node.is("Conv") && node.int("group") ?? 1 > 1 && tensor.dims[1] == 1
  }

  static func all(in graph: Graph) -> [WeightedLayer] {
    graph.nodes.indices.compactMap { WeightedLayer(graph, $0) }
  }
}
