/// A matrix product of 8-bit integers with 32-bit sums. https://onnx.ai/onnx/operators/onnx__MatMulInteger.html
struct MatMulInteger: OperatorKernel, MultiplyAccumulating {
  static let opType = "MatMulInteger"
  static let sinceVersion = 10

  private let clampsPairs: Bool

  init(_ node: Node) { clampsPairs = node.clampsPairs }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredCodes(0, "A")
    let b = try inputs.requiredCodes(1, "B")
    guard let product = MatrixProduct(a.shape, b.shape) else {
      throw .shapeMismatch(reason: "shapes \(a.shape) and \(b.shape) cannot be multiplied")
    }
    try inputs.checkZeroPoint(2, "a_zero_point", of: a, along: max(0, a.shape.rank - 2))
    try inputs.checkZeroPoint(3, "b_zero_point", of: b, along: b.shape.rank - 1)
    return [TensorType(.int32, product.output)]
  }

  func run(_ call: OperatorCall) {
    let sums = integerMatMul(
      call.input(0), call.optionalInput(2), call.input(1), call.optionalInput(3),
      clampsPairs: clampsPairs)
    _ = call.output.buffer(of: Int32.self).update(fromContentsOf: sums)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}
