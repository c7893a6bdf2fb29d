/// What ScatterElements was called before opset 11.
/// https://onnx.ai/onnx/operators/onnx__Scatter.html
struct Scatter: ScatteringElements {
  static let opType = "Scatter"
  static let sinceVersion = 9

  let axis: Int
  let reduction: ScatterReduction

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: 0)
    reduction = try ScatterReduction(node)
  }
}
