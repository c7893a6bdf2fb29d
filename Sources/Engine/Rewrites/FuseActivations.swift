extension Graph {
  /// Lets the operators that can apply a following Relu or Clip to the tile they have just computed.
  func fusingActivations(
    keeping: Set<ValueName>, traits: (Node) -> OperatorTraits
  ) -> Graph {
    absorbingReaders(keeping: keeping) { node, producer in
      guard let activation = activation(of: node) else { return false }
      guard traits(producer).fusesActivation, producer.activation == .identity,
        producer.outputs.dropFirst().allSatisfy({ $0 == nil })
      else { return false }
      producer.activation = activation
      return true
    }
  }

  /// The activation a node computes, where it is one with constant bounds.
  package func activation(of node: Node) -> Activation? {
    if node.is("Relu") { return .relu }
    guard node.is("Clip") else { return nil }
    var bounds: [Float] = [-.greatestFiniteMagnitude, .greatestFiniteMagnitude]
    if node.opset < 11 {
      bounds[0] = (try? node.attributes.float("min")) ?? bounds[0]
      bounds[1] = (try? node.attributes.float("max")) ?? bounds[1]
    } else {
      for position in 0..<2 {
        guard let id = node.input(position + 1) else { continue }
        guard let bound = constant(id), bound.dtype == .float32, bound.count == 1 else {
          return nil
        }
        bounds[position] = bound.array(of: Float.self)[0]
      }
    }
    return bounds[0] <= bounds[1] ? .clip(bounds[0], bounds[1]) : nil
  }
}
