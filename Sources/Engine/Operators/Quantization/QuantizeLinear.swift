/// Float to integer codes. https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
struct QuantizeLinear: OperatorKernel {
  static let opType = "QuantizeLinear"
  static let sinceVersion = 10

  private let axis: QuantizationAxis
  private let declared: DType?

  init(_ node: Node) throws(GraphError) {
    axis = try QuantizationAxis(node)
    let number = try node.attributes.int("output_dtype", default: 0)
    declared = number == 0 ? nil : DType(onnxNumber: number)
    guard number == 0 || declared?.quantizationLimits != nil else {
      throw .badAttribute(name: "output_dtype", reason: "names the type \(number), not implemented")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "x")
    let codes = inputs.optional(2)?.type.dtype ?? declared ?? .uint8
    guard codes.quantizationLimits != nil else {
      throw .notImplemented(reason: "y_zero_point of type \(codes)")
    }
    try axis.check(inputs, type, codes: codes)
    return [TensorType(codes, type.shape)]
  }

  func run(_ call: OperatorCall) {
    switch call.output.dtype {
    case .int8, .int4: quantize(call, Int8.self)
    case .uint8, .uint4: quantize(call, UInt8.self)
    case .int16: quantize(call, Int16.self)
    default: quantize(call, UInt16.self)
    }
  }

  private func quantize<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type)
  {
    guard let x = call.input(0).floats.baseAddress, call.output.count > 0,
      let codes = call.output.buffer(of: Code.self).baseAddress,
      let limits = call.output.dtype.quantizationLimits
    else { return }
    axis.forEachRun(call) { start, count, scale, zeroPoint in
      QuantizeLoops.quantize(
        x + start, count: count, scale: scale, zeroPoint: zeroPoint, limits: limits,
        into: codes + start)
    }
  }
}
