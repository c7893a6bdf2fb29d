import Engine
import Foundation
import ONNXFormat
import Quantization

/// A layer with weights, in the float model and in the quantized file.
struct InspectedLayer: Sendable {
  let name: String
  let opType: String
  /// The value that the layer computes, by the same name in both.
  let output: String
  /// Positions among the nodes.
  let floatNode: Int
  let quantizedNode: Int
  /// Names of the weights in the two graphs: an initializer, and what a DequantizeLinear makes.
  let floatWeight: String
  let quantizedWeight: String
  /// The output channel's axis of the weights.
  let axis: Int
  let shape: [Int]
  /// nil where the weights are float in the quantized file.
  let bits: Int?
  /// The activation that a QuantizeLinear rounds before the layer reads it; nil where it reads floats.
  let activation: RoundedActivation?

  var elementCount: Int { shape.reduce(1, *) }
}

/// A QuantizeLinear and DequantizeLinear pair that a layer reads through.
struct RoundedActivation: Sendable {
  /// The value as computed, before rounding.
  let source: String
  /// The value that the layer reads.
  let rounded: String
  /// The range that the codes cover; the widest of the channels where each has its own.
  let range: ClosedRange<Float>
}

/// The layers that a quantized file shares with its original.
struct QuantizedLayerMap: Sendable {
  /// The prepared float model.
  let float: Model
  let quantized: Model
  let layers: [InspectedLayer]

  /// - Parameters:
  ///   - float: prepared for quantization.
  /// - Throws: `HarnessError.notItsQuantization` where the files have no layer in common.
  init(float: Model, quantized: Model) throws {
    let quantized = quantized.restoringActivations(of: float)
    self.float = float
    self.quantized = quantized
    let before = GraphIndex(float.graph)
    let after = GraphIndex(quantized.graph)
    let positions = Dictionary(
      after.nodes.enumerated().map { ($1.displayName, $0) }, uniquingKeysWith: { a, _ in a })
    var layers: [InspectedLayer] = []
    for (index, node) in before.nodes.enumerated() {
      guard let axis = before.weightAxis(of: node), let other = positions[node.displayName],
        after.nodes[other].opType == node.opType
      else { continue }
      layers.append(
        try Self.layer(node, index, after.nodes[other], other, axis: axis, before, after))
    }
    guard layers.contains(where: { $0.bits != nil || $0.activation != nil }) else {
      throw HarnessError.badResult(
        path: "the quantized file",
        reason: Self.isIntegerOnly(quantized)
          ? "its layers are integer operators (QOperator or dynamic quantization): such a file can be evaluated and "
            + "validated, but not taken apart; inspect needs QuantizeLinear and DequantizeLinear around float layers"
          : "none of its layers is a quantized layer of the original")
    }
    self.layers = layers
  }

  private static func isIntegerOnly(_ model: Model) -> Bool {
    model.graph.nodes.contains { QuantizedModelCheck.integerOperators.contains($0.opType) }
  }

  private static func layer(
    _ node: ModelNode, _ index: Int, _ quantized: ModelNode, _ other: Int, axis: Int,
    _ before: GraphIndex, _ after: GraphIndex
  ) throws -> InspectedLayer {
    InspectedLayer(
      name: node.displayName, opType: node.opType, output: node.outputs[0], floatNode: index,
      quantizedNode: other, floatWeight: node.inputs[1], quantizedWeight: quantized.inputs[1],
      axis: axis, shape: before.initializers[node.inputs[1]]?.dims ?? [],
      bits: try after.bits(of: quantized.inputs[1]),
      activation: try after.activation(quantized.inputs[0]))
  }
}

/// A graph's nodes and constants, found by name.
struct GraphIndex {
  let nodes: [ModelNode]
  let initializers: [String: ModelTensor]
  let producers: [String: Int]

  init(_ graph: ModelGraph) {
    nodes = graph.nodes
    initializers = Dictionary(
      graph.initializers.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    producers = Dictionary(
      nodes.enumerated().flatMap { index, node in node.outputs.map { ($0, index) } },
      uniquingKeysWith: { a, _ in a })
  }

  func producer(of name: String, _ opType: String) -> ModelNode? {
    producers[name].map { nodes[$0] }.flatMap { $0.opType == opType ? $0 : nil }
  }

  /// nil where the node has no float32 weights of the file.
  func weightAxis(of node: ModelNode) -> Int? {
    guard node.domain.isEmpty, node.inputs.count > 1, initializers[node.inputs[0]] == nil,
      let weight = initializers[node.inputs[1]], weight.elementType == .float32
    else { return nil }
    return WeightAxis.axis(of: node, rank: weight.dims.count)
  }

  func floats(_ name: String) throws -> [Float] {
    guard let stored = initializers[name], stored.elementType == .float32 else { return [] }
    return try Tensor(stored).array(of: Float.self)
  }

  /// The integer codes of an initializer.
  func codes(_ name: String) throws -> [Int] {
    guard let stored = initializers[name] else { return [] }
    let tensor = try Tensor(stored)
    return switch tensor.dtype {
    case .int8, .int4: tensor.array(of: Int8.self).map(Int.init)
    case .uint8, .uint4: tensor.array(of: UInt8.self).map(Int.init)
    case .int32: tensor.array(of: Int32.self).map(Int.init)
    default: []
    }
  }

  /// How many bits tell the codes of a dequantized weight apart; nil where it is no such thing.
  func bits(of name: String) throws -> Int? {
    guard let node = producer(of: name, "DequantizeLinear") else { return nil }
    let codes = try codes(node.inputs[0])
    guard let low = codes.min(), let high = codes.max() else { return nil }
    return (1...8).first { bits in -(1 << (bits - 1)) <= low && high < 1 << (bits - 1) } ?? 8
  }

  func activation(_ name: String) throws -> RoundedActivation? {
    guard let dequantize = producer(of: name, "DequantizeLinear"),
      let quantize = producer(of: dequantize.inputs[0], "QuantizeLinear")
    else { return nil }
    let scales = try floats(quantize.inputs[1])
    let zeros = quantize.inputs.count > 2 ? try codes(quantize.inputs[2]) : []
    let isSigned =
      quantize.inputs.count > 2 && initializers[quantize.inputs[2]]?.elementType == .int8
    let codes: (low: Int, high: Int) = isSigned ? (-128, 127) : (0, 255)
    var (low, high) = (Float(0), Float(0))
    for (index, scale) in scales.enumerated() {
      let zero = zeros.isEmpty ? 0 : zeros[min(index, zeros.count - 1)]
      low = min(low, Float(codes.low - zero) * scale)
      high = max(high, Float(codes.high - zero) * scale)
    }
    return RoundedActivation(source: quantize.inputs[0], rounded: name, range: low...high)
  }
}
