extension Graph {
  /// Lets every layer that runtimes compute on 8-bit codes (`IntegerPatterns`) read and write codes of its own, so that it is
  /// computed on codes whatever stands around it: runtimes move QuantizeLinear and DequantizeLinear through operators that keep
  /// codes.
  /// - Parameter hardware: without VNNI, layers are marked whose products runtimes add in pairs there (`Node.clampsPairs`).
  ///   These are lowered even where somebody sees their values, which then are rounded.
  func separatingLayers(on hardware: Hardware, keeping: Set<ValueName>) -> Graph {
    let patterns = IntegerPatterns(self)
    let clamps = hardware == .noVNNI
    var graph = self
    graph.nodes = []
    // By the node that computes a layer's result.
    var grids: [Int: IntegerPatterns.Grid] = [:]
    for (index, var node) in nodes.enumerated() {
      let match = patterns.match(index)
      node.clampsPairs = clamps && (match != nil || node.multipliesCodes)
      if let match, let input = node.input(0) {
        grids[match.added ?? index] = match.output
        node.inputs[0] = graph.uniqueName("\(input) (codes)")
        graph.appendRounding(of: input, to: match.input, as: node.input(0))
      }
      guard let grid = grids[index], let result = node.output,
        clamps || !keeping.contains(result)
      else {
        graph.nodes.append(node)
        continue
      }
      let sums = graph.uniqueName("\(result) (sums)")
      node.outputs[0] = sums
      graph.nodes.append(node)
      graph.appendRounding(of: sums, to: grid, as: result)
    }
    return graph
  }

  private mutating func appendRounding(
    of value: ValueName, to grid: IntegerPatterns.Grid, as result: ValueName?
  ) {
    let scale = add("\(value).scale", constant: Tensor(scalar: grid.scale))
    let zeroPoint = add("\(value).zeroPoint", constant: grid.storedZeroPoint)
    let codes = uniqueName("\(value).quantized")
    nodes.append(
      Node(
        "QuantizeLinear", name: codes, inputs: [value, scale, zeroPoint], outputs: [codes]))
    nodes.append(
      Node(
        "DequantizeLinear", name: uniqueName("\(value).dequantized"),
        inputs: [codes, scale, zeroPoint], outputs: [result]))
  }

  /// Spares the layers on codes that no input clamps, which most kernels compute faster.
  /// - Parameter counting: whether the others count what they clamp.
  func clampingWhereNeeded(counting: Bool) -> Graph {
    var graph = self
    for (index, node) in nodes.enumerated() where node.clampsPairs {
      guard var layer = node.own as? any LayerOnCodes else { continue }
      let isNeeded = saturationRisk(of: node) != nil
      graph.nodes[index].clampsPairs = isNeeded
      layer.clamps = isNeeded && counting ? ClampCount() : nil
      graph.nodes[index].own = layer
    }
    return graph
  }
}

extension Node {
  /// Whether it is one of the operators that read codes as they are.
  fileprivate var multipliesCodes: Bool {
    self.is("QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger")
      || (domain, opType) == ("com.microsoft", "QGemm")
  }
}

extension IntegerPatterns.Grid {
  fileprivate var storedZeroPoint: Tensor {
    dtype == .int8 ? Tensor(scalar: Int8(zeroPoint)) : Tensor(scalar: UInt8(zeroPoint))
  }
}
