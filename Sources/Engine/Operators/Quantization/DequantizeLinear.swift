/// Integer codes to float. https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html
struct DequantizeLinear: OperatorKernel {
  static let opType = "DequantizeLinear"
  static let sinceVersion = 10

  private let axis: QuantizationAxis

  init(_ node: Node) throws(GraphError) { axis = try QuantizationAxis(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "x").type
    guard
      type.dtype.quantizationLimits != nil || type.dtype == .int32
        || MiniFloat(type.dtype) != nil
    else {
      throw .notImplemented(reason: "x of type \(type.dtype)")
    }
    try axis.check(inputs, type, codes: type.dtype)
    return [TensorType(.float32, type.shape)]
  }

  func run(_ call: OperatorCall) {
    switch call.input(0).dtype {
    case .int8, .int4, .int2: dequantize(call, Int8.self)
    case .uint8, .uint4, .uint2: dequantize(call, UInt8.self)
    case .int16: dequantize(call, Int16.self)
    case .uint16: dequantize(call, UInt16.self)
    case .int32: dequantize(call, Int32.self)
    default: dequantizeFloats(call)
    }
  }

  /// Codes of small floats stand for values; their zero point is 0.
  private func dequantizeFloats(_ call: OperatorCall) {
    guard let values = MiniFloat(call.input(0).dtype)?.table else { return }
    let (codes, y) = (call.input(0).buffer(of: UInt8.self), call.output.floats)
    axis.forEachRun(call) { start, count, scale, _ in
      for i in start..<start + count { y[i] = values[Int(codes[i])] * scale }
    }
  }

  private func dequantize<Code: FixedWidthInteger & TensorElement>(
    _ call: OperatorCall, _: Code.Type
  ) {
    guard let codes = call.input(0).buffer(of: Code.self).baseAddress, call.output.count > 0,
      let y = call.output.floats.baseAddress
    else { return }
    axis.forEachRun(call) { start, count, scale, zeroPoint in
      QuantizeLoops.dequantize(
        codes + start, count: count, scale: scale, zeroPoint: zeroPoint, into: y + start)
    }
  }
}
