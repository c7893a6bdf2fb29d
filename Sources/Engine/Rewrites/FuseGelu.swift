extension Graph {
  /// Replaces x · ½ · (1 + erf(x / √2)), as models before opset 20 spell it, by one Gelu.
  func fusingGelu(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let search = GeluSearch(self, keeping: keeping)
    var removed: Set<Int> = []
    for index in nodes.indices {
      guard let found = search.gelu(around: index) else { continue }
      graph.nodes[found.last] = nodes[found.last].replaced(by: Gelu(), reading: [found.x])
      removed.formUnion(found.others)
    }
    graph.removeNodes(at: removed)
    return graph
  }
}

private struct GeluSearch {
  /// The input, the node that gives the result, and those that nobody else reads.
  typealias Found = (x: ValueName, last: Int, others: [Int])

  private let graph: Graph
  private let consumers: [ValueName: [Int]]
  private let producers: [ValueName: Int]
  private let fixed: Set<ValueName>

  init(_ graph: Graph, keeping: Set<ValueName>) {
    self.graph = graph
    consumers = graph.consumers()
    producers = graph.producers()
    fixed = graph.fixedValues(keeping)
  }

  func gelu(around erf: Int) -> Found? {
    guard graph.nodes[erf].is("Erf"), let scaled = graph.nodes[erf].inputs.first ?? nil,
      let scaling = producers[scaled], soleReader(of: scaling) == erf,
      let x = dividedByRootTwo(graph.nodes[scaling]), hasAxes(x),
      let plusOne = soleReader(of: erf), graph.nodes[plusOne].is("Add"),
      let one = otherInput(of: plusOne, than: erf), isScalar(one, 1),
      let product = soleReader(of: plusOne),
      let factor = factor(of: product, than: plusOne)
    else { return nil }
    let others = [scaling, erf, plusOne]
    if let half = producers[factor], soleReader(of: half) == product,
      graph.nodes[half].is("Mul"), halved(graph.nodes[half]) == x
    {
      return (x, product, others + [half])
    }
    guard let last = soleReader(of: product), let rest = self.factor(of: last, than: product),
      factor == x && isScalar(rest, 0.5) || rest == x && isScalar(factor, 0.5)
    else { return nil }
    return (x, last, others + [product])
  }

  private func dividedByRootTwo(_ node: Node) -> ValueName? {
    guard node.inputs.count == 2, let x = node.input(0), let scale = node.input(1) else {
      return nil
    }
    if node.is("Div"), isScalar(scale, 1.414_213_56) { return x }
    guard node.is("Mul") else { return nil }
    if isScalar(scale, 0.707_106_78) { return x }
    return isScalar(x, 0.707_106_78) ? scale : nil
  }

  private func halved(_ node: Node) -> ValueName? {
    guard node.inputs.count == 2, let a = node.input(0), let b = node.input(1) else { return nil }
    return isScalar(b, 0.5) ? a : isScalar(a, 0.5) ? b : nil
  }

  private func factor(of product: Int, than factor: Int) -> ValueName? {
    graph.nodes[product].is("Mul") ? otherInput(of: product, than: factor) : nil
  }

  private func otherInput(of node: Int, than producer: Int) -> ValueName? {
    let inputs = graph.nodes[node].inputs
    guard inputs.count == 2 else { return nil }
    return graph.nodes[producer].outputs.contains(inputs[0]) ? inputs[1] : inputs[0]
  }

  /// The node that alone reads what `node` gives.
  private func soleReader(of node: Int) -> Int? {
    guard let output = graph.nodes[node].outputs.first ?? nil else { return nil }
    return graph.soleConsumer(of: output, consumers, fixed: fixed)
  }

  /// Within a rounding: exporters compute these constants in one precision or another.
  private func isScalar(_ id: ValueName, _ value: Float) -> Bool {
    guard let constant = graph.constant(id), constant.dtype == .float32, constant.count == 1,
      constant.shape.rank < 2
    else { return false }
    return abs(constant.array(of: Float.self)[0] - value) <= 2 * value.ulp
  }

  /// Whether the value is surely no scalar, which a constant of shape [1] would turn into a vector.
  private func hasAxes(_ id: ValueName) -> Bool {
    guard let producer = producers[id].map({ graph.nodes[$0] }) else { return false }
    return producer.is("Conv", "Gemm", "LayerNormalization", "BatchNormalization")
      || producer.own is CodeConv || producer.own is CodeMatMul
      || producer.is("Add", "Mul")
        && producer.inputs.contains { (graph.constant($0)?.shape.rank ?? 0) > 0 }
  }
}
