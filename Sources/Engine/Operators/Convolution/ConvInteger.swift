/// Convolution of 8-bit integers with 32-bit sums. https://onnx.ai/onnx/operators/onnx__ConvInteger.html
struct ConvInteger: PlannedOperator, MultiplyAccumulating {
  static let opType = "ConvInteger"
  static let sinceVersion = 10

  private let attributes: Attributes
  private let clampsPairs: Bool

  init(_ node: Node) { (attributes, clampsPairs) = (node.attributes, node.clampsPairs) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredCodes(0, "x")
    let w = try inputs.requiredCodes(1, "w")
    try inputs.checkZeroPoint(2, "x_zero_point", of: x, along: nil)
    try inputs.checkZeroPoint(3, "w_zero_point", of: w, along: 0)
    let shape = try SpatialConvolution(attributes, x: x.shape, w: w.shape).output
    return [TensorType(.int32, shape)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    if !clampsPairs, let prepared = try BlockedConvInteger(attributes, inputs) { return prepared }
    return Prepared(
      convolution: try SpatialConvolution(
        attributes, x: inputs.required(0, "x").type.shape, w: inputs.required(1, "w").type.shape),
      clampsPairs: clampsPairs)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * inputs[1].shape.count(1...)
  }
}

private struct Prepared: PreparedKernel {
  let convolution: SpatialConvolution
  let clampsPairs: Bool

  func run(_ call: OperatorCall) {
    let (x, w) = (call.input(0), call.input(1))
    let codes = centred(x, zeroPoint: call.optionalInput(2), along: nil)
    let weights = centred(w, zeroPoint: call.optionalInput(3), along: 0)
    guard let y = call.output.buffer(of: Int32.self).baseAddress else { return }
    convolution.run(
      integers: codes, weights,
      clamping: clampsPairs ? convolution.saturatingPairs(of: w) : .none,
      zeroPoint: unsignedZeroPoint(of: x, call.optionalInput(2))[0], into: y, scratch: call.scratch)
  }
}
