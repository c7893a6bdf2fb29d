/// A matrix product from 8-bit codes to 8-bit codes. https://onnx.ai/onnx/operators/onnx__QLinearMatMul.html
struct QLinearMatMul: OperatorKernel, MultiplyAccumulating {
  static let opType = "QLinearMatMul"
  static let sinceVersion = 10

  private let clampsPairs: Bool

  init(_ node: Node) { clampsPairs = node.clampsPairs }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredCodes(0, "a")
    let b = try inputs.requiredCodes(3, "b")
    let codes = try inputs.requiredCodes(7, "y_zero_point")
    guard let product = MatrixProduct(a.shape, b.shape) else {
      throw .shapeMismatch(reason: "shapes \(a.shape) and \(b.shape) cannot be multiplied")
    }
    try inputs.checkScale(1, "a_scale", of: a, along: nil)
    _ = try inputs.required(2, "a_zero_point")
    try inputs.checkZeroPoint(2, "a_zero_point", of: a, along: nil)
    try inputs.checkScale(4, "b_scale", of: b, along: b.shape.rank - 1)
    _ = try inputs.required(5, "b_zero_point")
    try inputs.checkZeroPoint(5, "b_zero_point", of: b, along: b.shape.rank - 1)
    try inputs.checkScale(6, "y_scale", of: a, along: nil)
    try inputs.checkZeroPoint(7, "y_zero_point", of: codes, along: nil)
    return [TensorType(codes.dtype, product.output)]
  }

  func run(_ call: OperatorCall) {
    let output = call.output
    let sums = integerMatMul(
      call.input(0), call.input(2), call.input(3), call.input(5), clampsPairs: clampsPairs)
    let scales = call.input(4).floats
    let zeroPoint = call.input(7).copied().integers?[0] ?? 0
    let (inputScale, outputScale) = (call.input(1).floats[0], call.input(6).floats[0])
    output.writeIntegers { index in
      let scale = scales[scales.count > 1 ? index % scales.count : 0]
      let requantization = Requantization(
        scale: inputScale * scale / outputScale, zeroPoint: zeroPoint,
        limits: output.dtype.integerLimits)
      return requantization.code(of: sums[index])
    }
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}
