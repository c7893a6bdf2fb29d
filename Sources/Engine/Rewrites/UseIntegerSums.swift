/// Which layers a runtime computes on integer codes, and with which of its processor's instructions.
///
/// The patterns are those that ONNX Runtime fuses by default: a layer between DequantizeLinear and QuantizeLinear, a Relu or
/// Clip that the output's range implies in between; of Gemm and MatMul also those whose output stays in float.
extension Graph {
  /// Replaces layers of 8-bit codes that are written with QuantizeLinear and DequantizeLinear.
  func usingIntegerSums(counting: Bool) -> Graph {
    let patterns = IntegerPatterns(self)
    var graph = self
    var removed: Set<Int> = []
    for index in nodes.indices {
      guard let match = patterns.match(index) else { continue }
      var (node, added) = graph.integerLayer(match)
      if counting { node.attributes = node.attributes.adding(["counts_clamps": .int(1)]) }
      if let added {
        // The layer takes the place of the Add that held its bias.
        graph.nodes[added] = node
        removed.insert(index)
      } else {
        graph.nodes[index] = node
      }
    }
    graph.removeNodes(at: removed)
    return graph
  }

  private mutating func integerLayer(_ match: IntegerPatterns.Match) -> (Node, added: Int?) {
    let node = match.node
    var layer = node
    let isConvolution = node.is("Conv")
    (layer.opType, layer.domain, layer.opset) = (
      isConvolution ? "IntegerConv" : "IntegerMatMul", Node.ownDomain, 1
    )
    layer.attributes = (isConvolution ? node.attributes : Attributes()).adding([
      "x_scale": .float(match.input.scale), "x_zero_point": .int(match.input.unsignedZeroPoint),
      "w_zero_point": .int(match.weightZeroPoint),
    ])
    let outputs = match.bias.count
    layer.inputs = [
      node.inputs[0], add("\(node.name).codes", constant: match.weights),
      add("\(node.name).scales", constant: Tensor(match.weightScales, shape: [outputs])),
      add("\(node.name).bias", constant: Tensor(match.bias, shape: [outputs])),
    ]
    layer.outputs = [match.result]
    layer.rounding = match.output
    layer.clampsPairs = true
    return (layer, match.added)
  }

  /// Operators that read codes as they are.
  func markingCodeOperators() -> Graph {
    var graph = self
    for index in nodes.indices
    where nodes[index].is("QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger")
      || (nodes[index].domain, nodes[index].opType) == ("com.microsoft", "QGemm")
    {
      graph.nodes[index].clampsPairs = true
    }
    return graph
  }
}
