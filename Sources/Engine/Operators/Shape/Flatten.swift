/// A matrix: the axes before `axis` by the axes from it on. https://onnx.ai/onnx/operators/onnx__Flatten.html
struct Flatten: ViewOperator {
  static let opType = "Flatten"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true, isPositivelyHomogeneous: true)

  private let axis: Int

  init(_ node: Node) throws(GraphError) { axis = try node.attributes.int("axis", default: 1) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    let split = axis < 0 ? axis + type.shape.rank : axis
    guard (0...type.shape.rank).contains(split) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(type.shape)")
    }
    return [TensorType(type.dtype, [type.shape.count(..<split), type.shape.count(split...)])]
  }
}
