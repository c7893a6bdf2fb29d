/// Float to integer codes. https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html
struct QuantizeLinear: OperatorKernel {
  static let opType = "QuantizeLinear"
  static let sinceVersion = 10
  static let traits = OperatorTraits(yieldsNoFloats: true)

  private let axis: QuantizationAxis
  private let declared: DType?
  private let saturates: Bool

  init(_ node: Node) throws(GraphError) {
    axis = try QuantizationAxis(node)
    let number = try node.attributes.int("output_dtype", default: 0)
    declared = number == 0 ? nil : DType(onnxNumber: number)
    guard number == 0 || declared.map(Self.canQuantize) ?? false else {
      throw .notImplemented(reason: "output_dtype \(number)")
    }
    saturates = try node.attributes.flag("saturate", default: true)
  }

  private static func canQuantize(to type: DType) -> Bool {
    type.quantizationLimits != nil || MiniFloat(type) != nil
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "x")
    let codes = inputs.optional(2)?.type.dtype ?? declared ?? .uint8
    guard Self.canQuantize(to: codes) else {
      throw .notImplemented(reason: "y_zero_point of type \(codes)")
    }
    try axis.check(inputs, type, codes: codes)
    return [TensorType(codes, type.shape)]
  }

  func run(_ call: OperatorCall) {
    switch call.output.dtype {
    case .int8, .int4, .int2: quantize(call, Int8.self)
    case .uint8, .uint4, .uint2: quantize(call, UInt8.self)
    case .int16: quantize(call, Int16.self)
    case .uint16: quantize(call, UInt16.self)
    default: quantizeFloats(call)
    }
  }

  private func quantizeFloats(_ call: OperatorCall) {
    guard let format = MiniFloat(call.output.dtype) else { return }
    let (x, codes) = (call.input(0).floats, call.output.buffer(of: UInt8.self))
    axis.forEachRun(call) { start, count, scale, _ in
      for i in start..<start + count {
        codes[i] = format.code(of: x[i] / scale, saturating: saturates)
      }
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
