/// Drops axes of size 1: all, or those named (an attribute before opset 13, an input since).
/// https://onnx.ai/onnx/operators/onnx__Squeeze.html
struct Squeeze: ViewOperator {
  static let opType = "Squeeze"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true)

  private let axes: [Int]?

  init(_ node: Node) throws(GraphError) { axes = try node.attributes.ints("axes") }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    let read = try inputs.knownIntegers(1, "axes")
    let ones = type.shape.dims.indices.filter { type.shape[$0] == 1 }
    let dropped = Set(try resolveAll(read ?? axes ?? Array(ones), type.shape))
    guard dropped.allSatisfy({ type.shape[$0] == 1 }) else {
      throw .shapeMismatch(
        reason: "axes \(dropped.sorted()) of \(type.shape) are not all of size 1")
    }
    let dims = type.shape.dims.indices.filter { !dropped.contains($0) }.map { type.shape[$0] }
    return [TensorType(type.dtype, Shape(dims))]
  }
}

/// Axes counted from the front, or an error naming the one that does not exist.
func resolveAll(_ axes: [Int], _ shape: Shape) throws(GraphError) -> [Int] {
  var resolved: [Int] = []
  for axis in axes {
    guard let axis = shape.resolve(axis: axis) else {
      throw .badAttribute(name: "axes", reason: "\(axis) is out of range for \(shape)")
    }
    resolved.append(axis)
  }
  return resolved
}
