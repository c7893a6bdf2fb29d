import CalibrantEngine
import CalibrantONNXFormat

/// A model made ready for quantization, and what its batch norms said before they were folded.
///
/// The names of the values that survive are those of the original model, so that what was observed
/// there applies here. Worth making once where one model is quantized in several ways:
///
///     let prepared = try PreparedModel(Model(contentsOf: "model.onnx"))
///     let files = try [4, 8].map { bits in
///       try Quantizer(scheme: Scheme(weights: WeightScheme(bits: bits))).quantize(prepared).model
///     }
public struct PreparedModel: Sendable {
  let graph: Graph
  /// For each output of a batch norm, the distribution of its channels.
  let normalized: [String: [ChannelNormal]]

  /// - Throws: `.alreadyQuantized`, or what is wrong with the file's tensors.
  public init(_ model: Model) throws(QuantizationError) {
    var graph = Graph(try model.widenedToFloat32())
    if let node = graph.nodes.first(where: {
      $0.is("QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul")
    }) {
      throw .alreadyQuantized(node: node.displayName)
    }
    graph.hoistConstants()
    graph = graph.removingIdentities(keeping: graph.pinned)
    graph.foldConstants()
    normalized = try graph.normalizedOutputs()
    graph.foldBatchNormalization()
    graph.separateTiedWeights()
    try graph.loadFloats()
    self.graph = graph
  }

  /// What would change its meaning in a newer version of the standard operator set: "node 'norm' (GroupNormalization)".
  /// Empty where nothing would, and where the model has that version already.
  public func obstacles(toOpset opset: Int) -> [String] {
    OpsetUpgrade(from: graph.opset, to: opset).obstacles(in: graph)
  }

  /// The graph in the oldest operator set whose quantizers have axes, 13, or in its own if that is newer.
  func upgraded() throws(QuantizationError) -> Graph {
    var graph = graph
    try OpsetUpgrade(from: graph.opset, to: max(graph.opset, 13)).apply(to: &graph)
    return graph
  }
}

extension PreparedModel {
  /// The float32 model that quantization starts from: all floats float32, constants and what follows from them stored as
  /// initializers, operators that only rename values gone, batch norms folded into the layers before them. It computes what
  /// the given model computes; its layers have the names that they have in a quantized file.
  package func assembled() -> Model { graph.model() }
}

/// The mean and the standard deviation of a channel.
struct ChannelNormal: Sendable, Equatable {
  var mean: Double
  /// At least 0.
  var deviation: Double
}

extension Graph {
  /// Turns Constant nodes into initializers, where weights are looked for.
  mutating func hoistConstants() {
    var others: [Node] = []
    for node in nodes {
      if node.is("Constant"), let name = node.output, !pinned.contains(name),
        case .tensor(var tensor)? = node.attributes["value"]
      {
        tensor.name = name
        store(tensor)
      } else {
        others.append(node)
      }
    }
    nodes = others
  }
}
