/// Convolution from 8-bit codes to 8-bit codes. https://onnx.ai/onnx/operators/onnx__QLinearConv.html
struct QLinearConv: PlannedOperator, MultiplyAccumulating {
  static let opType = "QLinearConv"
  static let sinceVersion = 10

  private let attributes: Attributes
  private let clampsPairs: Bool

  init(_ node: Node) { (attributes, clampsPairs) = (node.attributes, node.clampsPairs) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredCodes(0, "x")
    let w = try inputs.requiredCodes(3, "w")
    let codes = try inputs.requiredCodes(7, "y_zero_point")
    try inputs.checkScale(1, "x_scale", of: x, along: nil)
    _ = try inputs.required(2, "x_zero_point")
    try inputs.checkZeroPoint(2, "x_zero_point", of: x, along: nil)
    try inputs.checkScale(4, "w_scale", of: w, along: 0)
    _ = try inputs.required(5, "w_zero_point")
    try inputs.checkZeroPoint(5, "w_zero_point", of: w, along: 0)
    try inputs.checkScale(6, "y_scale", of: x, along: nil)
    try inputs.checkZeroPoint(7, "y_zero_point", of: codes, along: nil)
    if let bias = inputs.optional(8)?.type, bias != TensorType(.int32, [w.shape.dims.first ?? 0]) {
      throw .wrongInput(name: "B", reason: "\(bias) is no int32 for each output channel of w \(w)")
    }
    let shape = try SpatialConvolution(attributes, x: x.shape, w: w.shape).output
    return [TensorType(codes.dtype, shape)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    Prepared(
      convolution: try SpatialConvolution(
        attributes, x: inputs.required(0, "x").type.shape, w: inputs.required(3, "w").type.shape),
      clampsPairs: clampsPairs)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs.count > 3 ? inputs[3].shape.count(1...) : 0)
  }
}

private struct Prepared: PreparedKernel {
  let convolution: SpatialConvolution
  let clampsPairs: Bool

  func run(_ call: OperatorCall) {
    let (x, w, output) = (call.input(0), call.input(3), call.output)
    let codes = centred(x, zeroPoint: call.input(2), along: nil)
    let weights = centred(w, zeroPoint: call.input(5), along: 0)
    var sums = [Int32](repeating: 0, count: output.count)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let y = sums.baseAddress else { return }
      convolution.run(
        integers: codes, weights,
        clamping: clampsPairs ? convolution.saturatingPairs(of: w) : .none,
        zeroPoint: unsignedZeroPoint(of: x, call.input(2))[0], into: y, scratch: call.scratch)
    }
    let (scales, bias) = (call.input(4).floats, call.optionalInput(8)?.buffer(of: Int32.self))
    let (places, channels) = (output.shape.count(2...), output.shape[1])
    let zeroPoint = call.input(7).copied().integers?[0] ?? 0
    let requantizations = (0..<channels).map { channel in
      Requantization(
        scale: call.input(1).floats[0] * scales[scales.count > 1 ? channel : 0]
          / call.input(6).floats[0],
        zeroPoint: zeroPoint, limits: output.dtype.integerLimits)
    }
    output.writeIntegers { index in
      let channel = index / places % channels
      return requantizations[channel].code(of: sums[index] &+ (bias?[channel] ?? 0))
    }
  }
}
