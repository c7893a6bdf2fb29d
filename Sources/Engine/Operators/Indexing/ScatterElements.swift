/// Elements written where indices along an axis say.
/// https://onnx.ai/onnx/operators/onnx__ScatterElements.html
struct ScatterElements: ScatteringElements {
  static let opType = "ScatterElements"
  static let sinceVersion = 11

  let axis: Int
  let reduction: ScatterReduction

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: 0)
    reduction = try ScatterReduction(node)
  }
}
