extension Graph {
  /// Lets the operators that can apply a following Relu or Clip to the tile they have just computed.
  func fusingActivations(keeping: Set<ValueID>) -> Graph {
    var graph = self
    let consumers = consumers()
    let producers = producers()
    let fixed = fixedValues(keeping)
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      guard let activation = activation(of: node), let input = node.inputs.first ?? nil,
        let producer = producers[input], Self.fusesActivation(nodes[producer]),
        graph.nodes[producer].activation == .identity,
        soleConsumer(of: input, consumers, fixed: fixed) == index
      else { continue }
      graph.nodes[producer].activation = activation
      graph.nodes[producer].outputs[0] = node.outputs[0]
      removed.insert(index)
    }
    graph.nodes = graph.nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
    return graph
  }

  /// The operators whose kernels are `ActivationFusing`.
  private static func fusesActivation(_ node: Node) -> Bool {
    node.is("Conv", "Gemm", "Add", "BatchNormalization")
      && node.outputs.dropFirst().allSatisfy { $0 == nil }
  }

  /// The activation a node computes, where it is one with constant bounds.
  public func activation(of node: Node) -> Activation? {
    if node.is("Relu") { return .relu }
    guard node.is("Clip") else { return nil }
    var bounds: [Float] = [-.greatestFiniteMagnitude, .greatestFiniteMagnitude]
    if node.opset < 11 {
      bounds[0] = (try? node.attributes.float("min")) ?? bounds[0]
      bounds[1] = (try? node.attributes.float("max")) ?? bounds[1]
    } else {
      for position in 0..<2 where node.inputs.count > position + 1 {
        guard let id = node.inputs[position + 1] else { continue }
        guard let bound = constant(id), bound.dtype == .float32, bound.count == 1 else {
          return nil
        }
        bounds[position] = bound.array(of: Float.self)[0]
      }
    }
    return bounds[0] <= bounds[1] ? .clip(bounds[0], bounds[1]) : nil
  }
}
