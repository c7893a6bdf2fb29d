/// Along what Softmax and its kin normalise: one axis, or before opset 13 all axes from `axis` on as one.
struct SoftmaxAxis: Sendable {
  private let axis: Int
  private let flattens: Bool

  /// - Parameter opset: whose meaning the axis has; nil for the node's.
  init(_ node: Node, opset: Int? = nil) throws(GraphError) {
    flattens = (opset ?? node.opset) < 13
    axis = try node.attributes.int("axis", default: flattens ? 1 : -1)
  }

  /// The output's type, which is the input's, once the input is known to have the axis.
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "input")
    try check(type.shape)
    return [type]
  }

  func check(_ shape: Shape) throws(GraphError) {
    guard shape.resolve(axis: axis) != nil || (flattens && axis == shape.rank) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(shape)")
    }
  }

  func loop(over shape: Shape) -> AxisLoop {
    let axis = axis < 0 ? axis + shape.rank : axis
    guard flattens else { return AxisLoop(shape, axis: axis) }
    return AxisLoop(outer: shape.count(..<axis), length: shape.count(axis...), inner: 1)
  }
}
