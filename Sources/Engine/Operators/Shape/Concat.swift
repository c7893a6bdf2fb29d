/// Joins tensors along an axis. https://onnx.ai/onnx/operators/onnx__Concat.html
struct Concat: OperatorKernel {
  static let opType = "Concat"
  static let sinceVersion = 4

  private let axis: Int

  init(_ node: Node) throws(GraphError) {
    guard let axis = try node.attributes.int("axis") else {
      throw .badAttribute(name: "axis", reason: "is missing")
    }
    self.axis = axis
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    var result = try inputs.required(0, "inputs").type
    guard let axis = result.shape.resolve(axis: axis) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(result.shape)")
    }
    for index in inputs.indices.dropFirst() {
      let next = try inputs.required(index, "inputs").type
      var expected = result
      if next.shape.rank == result.shape.rank { expected.shape[axis] = next.shape[axis] }
      guard next == expected else {
        throw .shapeMismatch(reason: "\(result) and \(next) cannot be joined along axis \(axis)")
      }
      result.shape[axis] += next.shape[axis]
    }
    return [result]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let axis = axis < 0 ? axis + shape.rank : axis
    let size = call.output.dtype.byteSize
    let outer = shape.count(..<axis)
    let rowBytes = shape.count(axis...) * size
    var start = 0
    for index in call.inputs.indices {
      let input = call.input(index)
      let bytes = input.shape.count(axis...) * size
      for row in 0..<outer {
        (call.output.base + row * rowBytes + start)
          .copyMemory(from: input.base + row * bytes, byteCount: bytes)
      }
      start += bytes
    }
  }
}
