/// Converts to the element type of another tensor. https://onnx.ai/onnx/operators/onnx__CastLike.html
///
/// Import has made a Cast of it where the file stores that tensor in a type that became float32.
struct CastLike: PlannedOperator {
  static let opType = "CastLike"
  static let sinceVersion = 15

  private let node: Node

  init(_ node: Node) throws(GraphError) {
    self.node = node
    _ = try Conversion(target: .float32, node)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let target = try inputs.required(1, "target_type").type.dtype
    return [TensorType(target, try inputs.required(0, "input").type.shape)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let target = try inputs.required(1, "target_type").type.dtype.elementType
    return PlannedRun(try Conversion(target: target, node)) { $1.run($0.input(0), $0.output) }
  }
}
