/// The same elements under a new shape: −1 is inferred, 0 copies the input's dimension unless `allowzero`.
/// https://onnx.ai/onnx/operators/onnx__Reshape.html
struct Reshape: ViewOperator {
  static let opType = "Reshape"
  static let sinceVersion = 5
  static let traits = OperatorTraits(movesValues: true)

  private let allowsZero: Bool

  init(_ node: Node) throws(GraphError) { allowsZero = try node.attributes.flag("allowzero") }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    guard let requested = try inputs.knownIntegers(1, "shape") else {
      throw .wrongInput(name: "shape", reason: "is missing")
    }
    var dims = requested
    for (axis, dim) in dims.enumerated() where dim == 0 && !allowsZero {
      guard axis < type.shape.rank else {
        throw .shapeMismatch(
          reason: "shape \(requested) copies axis \(axis), which \(type.shape) lacks")
      }
      dims[axis] = type.shape[axis]
    }
    let inferred = dims.indices.filter { dims[$0] == -1 }
    guard inferred.count <= 1, dims.allSatisfy({ $0 >= -1 }) else {
      throw .shapeMismatch(reason: "shape \(requested) is not one to reshape to")
    }
    if let axis = inferred.first {
      dims[axis] = 1
      let rest = Shape(dims).checkedElementCount ?? 0
      guard rest > 0, type.shape.elementCount % rest == 0 else {
        throw .shapeMismatch(reason: "\(type.shape) cannot be reshaped to \(requested)")
      }
      dims[axis] = type.shape.elementCount / rest
    }
    guard Shape(dims).checkedElementCount == type.shape.elementCount else {
      throw .shapeMismatch(reason: "\(type.shape) cannot be reshaped to \(requested)")
    }
    return [TensorType(type.dtype, Shape(dims))]
  }
}
