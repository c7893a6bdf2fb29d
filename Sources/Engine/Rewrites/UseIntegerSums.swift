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
      guard let match = patterns.match(index),
        let node = graph.integerLayer(match, counting: counting)
      else { continue }
      if let added = match.added {
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

  /// nil for a convolution whose attributes are not as they should be.
  private mutating func integerLayer(_ match: IntegerPatterns.Match, counting: Bool) -> Node? {
    let layer = IntegerLayer(
      inputScale: match.input.scale, inputZeroPoint: match.input.unsignedZeroPoint,
      weightZeroPoint: match.weightZeroPoint, clampsPairs: true, countsClamps: counting,
      output: match.output)
    var own: any IntegerOperator = IntegerMatMul(layer: layer)
    if match.node.is("Conv") {
      guard let (window, group) = match.node.convolution(weights: match.weights.shape) else {
        return nil
      }
      own = IntegerConv(window: window, group: group, layer: layer)
    }
    let (name, outputs) = (match.node.name, match.bias.count)
    let inputs = [
      match.node.inputs[0], add("\(name).codes", constant: match.weights),
      add("\(name).scales", constant: Tensor(match.weightScales, shape: [outputs])),
      add("\(name).bias", constant: Tensor(match.bias, shape: [outputs])),
    ]
    var node = match.node.replaced(by: own, reading: inputs)
    node.outputs = [match.result]
    return node
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
