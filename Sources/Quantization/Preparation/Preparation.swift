import ONNXFormat

/// A model made ready for quantization, and what its batch norms said before they were folded.
///
/// The names of the values that survive are those of the original model, so that what was observed
/// there applies here.
public struct PreparedModel: Sendable {
  let document: Document
  /// For each output of a batch norm, the distribution of its channels.
  let normalized: [String: [ChannelNormal]]

  /// - Throws: `.alreadyQuantized`, or what is wrong with the file's tensors.
  public init(_ model: Model) throws(QuantizationError) {
    var document = Document(try model.widenedToFloat32())
    if let node = document.nodes.first(where: {
      $0.is("QuantizeLinear", "DequantizeLinear", "QLinearConv", "QLinearMatMul")
    }) {
      throw .alreadyQuantized(node: node.displayName)
    }
    document.hoistConstants()
    document.dropIdentities()
    document.foldConstants()
    normalized = try document.normalizedOutputs()
    try document.foldBatchNormalization()
    document.separateTiedWeights()
    self.document = document
  }

  /// The document in the oldest operator set whose quantizers have axes, 13, or in its own if that is newer.
  func upgraded() throws(QuantizationError) -> (document: Document, opset: Int) {
    var document = document
    let opset = max(document.opset, 13)
    try OpsetUpgrade(from: document.opset, to: opset).apply(to: &document)
    return (document, opset)
  }
}

extension PreparedModel {
  /// The float32 model that quantization starts from: all floats float32, constants and what follows from them stored as
  /// initializers, operators that only rename values gone, batch norms folded into the layers before them. It computes what
  /// the given model computes; its layers have the names that they have in a quantized file.
  package func assembled() -> Model { document.assembled(opset: document.opset) }
}

/// The mean and the standard deviation of a channel.
struct ChannelNormal: Sendable, Equatable {
  var mean: Double
  /// At least 0.
  var deviation: Double
}

extension Document {
  /// Turns Constant nodes into initializers, where weights are looked for.
  mutating func hoistConstants() {
    var others: [ModelNode] = []
    for node in nodes {
      if node.is("Constant"), let name = node.outputs.first, !pinned.contains(name),
        case .tensor(var tensor)? = node[attribute: "value"]
      {
        tensor.name = name
        store(tensor)
      } else {
        others.append(node)
      }
    }
    nodes = others
  }

  /// Removes nodes that only rename a value: Identity, and Dropout as it is at inference.
  mutating func dropIdentities() {
    let readers = consumers()
    var renames: [String: String] = [:]
    var others: [ModelNode] = []
    for node in nodes {
      if onlyRenames(node, readers), let input = node.input(0) {
        renames[node.outputs[0]] = renames[input] ?? input
      } else {
        others.append(node)
      }
    }
    nodes = others
    redirect(renames)
  }

  private func onlyRenames(_ node: ModelNode, _ readers: [String: [Int]]) -> Bool {
    guard let output = node.outputs.first, !pinned.contains(output) else { return false }
    let mask = node.outputs.dropFirst().first ?? ""
    // A third input of Dropout can switch it to training.
    let isDropout = node.is("Dropout") && node.inputs.count < 3
    return node.is("Identity") || (isDropout && readers[mask] == nil && !pinned.contains(mask))
  }
}
