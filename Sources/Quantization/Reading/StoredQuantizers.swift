import CalibrantEngine
import CalibrantONNXFormat

/// The scales and zero points of a quantized file, and the float network that they are of.
public struct StoredQuantizers: Sendable {
  /// Every quantizer, in the order of the graph.
  public let all: [StoredQuantizer]
  /// The network without quantizers: what it computes with is what the codes stand for, named as `all` names it.
  public let network: Model

  public init(_ quantized: QuantizedModel) throws {
    var graph = Graph(quantized.model)
    let reader = CodeReader(graph)
    var found: [StoredQuantizer] = []
    var renames: [ValueName: ValueName] = [:]
    var nodes: [Node] = []
    for node in graph.nodes {
      if node.is("QuantizeLinear") { continue }
      guard node.is("DequantizeLinear"), let output = node.output else {
        nodes.append(node)
        continue
      }
      let stored = try StoredQuantizer(node, reader, quantized.layers, known: found)
      renames[output] = stored.tensor
      found.append(stored)
      if let values = try reader.dequantized(output) {
        graph.store(stored.tensor, floats: values, dims: stored.shape)
      }
    }
    graph.nodes = nodes
    graph.redirect(renames)
    (all, network) = (found, graph.model())
  }
}

/// How one tensor of a file becomes codes: q = clip(round(x / s) + z).
public struct StoredQuantizer: Sendable, Equatable {
  public enum Role: Sendable {
    case activation, weights, bias
  }

  public let role: Role
  /// The value, as the float network names it.
  public let tensor: String
  /// Of weights and biases; empty for activations.
  public let shape: [Int]
  /// How many bits tell the codes in use apart: of weights what was asked for, whatever they are stored in.
  public let bits: Int
  /// Whether codes lie on both sides of 0.
  public let isSigned: Bool
  /// One, or one for each entry of `axis`. With blocks, row-major in the weights' shape, where inputs count in blocks.
  public let scales: [Float]
  /// As many as scales.
  public let zeroPoints: [Int]
  /// Whose entries have scales of their own.
  public let axis: Int?
  /// Inputs that share a scale; nil where all of an output channel do.
  public let blockSize: Int?

  init(
    _ node: Node, _ reader: CodeReader, _ layers: [QuantizedLayer], known: [StoredQuantizer]
  ) throws {
    let source = reader.producer(of: node.input(0), "QuantizeLinear")?.input(0)
    let codes = node.input(0) ?? ""
    let constant = reader.graph.constantValue(node.input(0))
    let type = source == nil ? constant?.elementType : reader.type(of: node.input(2))
    shape = source == nil ? constant?.dims ?? [] : []
    scales = try reader.graph.floats(node.input(1)) ?? []
    let zeros = try reader.integers(node.input(2))
    zeroPoints = zeros.isEmpty ? scales.map { _ in 0 } : zeros
    isSigned = ![.uint8, .uint4].contains(type)
    role = source != nil ? .activation : type == .int32 ? .bias : .weights
    let layer = role == .weights ? layers.first { $0.stores(codes) } : nil
    bits = layer?.bits ?? (type == .int32 ? 32 : [.int4, .uint4].contains(type) ? 4 : 8)
    let suffix = "_quantized"
    let name =
      source ?? layer?.weight
      ?? (codes.hasSuffix(suffix) ? String(codes.dropLast(suffix.count)) : codes)
    tensor = known.contains { $0.tensor == name } ? codes : name
    let blocks = node.int("block_size") ?? 0
    blockSize = blocks > 0 ? blocks : nil
    // The axis of a node with blocks is the one that these divide.
    let nodeAxis = node.int("axis") ?? 0
    axis = scales.count == 1 ? nil : blocks > 0 ? 1 - nodeAxis : nodeAxis
  }
}

extension QuantizedLayer {
  /// Whether a constant holds this layer's codes.
  fileprivate func stores(_ codes: String) -> Bool {
    bits != nil && (codes == weight + "_quantized" || codes.hasPrefix(weight + "_quantized_"))
  }
}
