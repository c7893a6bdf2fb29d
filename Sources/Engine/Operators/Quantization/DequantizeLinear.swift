/// Integer codes to float. https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html
struct DequantizeLinear: OperatorKernel {
  static let opType = "DequantizeLinear"
  static let sinceVersion = 10

  private let axis: QuantizationAxis

  init(_ node: Node) throws(GraphError) { axis = try QuantizationAxis(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "x").type
    guard type.dtype.quantizationLimits != nil || type.dtype == .int32 else {
      throw .notImplemented(reason: "x of type \(type.dtype)")
    }
    try axis.check(inputs, type, codes: type.dtype)
    return [TensorType(.float32, type.shape)]
  }

  func run(_ call: OperatorCall) {
    switch call.input(0).dtype {
    case .int8, .int4: dequantize(call, Int8.self)
    case .uint8, .uint4: dequantize(call, UInt8.self)
    case .int16: dequantize(call, Int16.self)
    case .uint16: dequantize(call, UInt16.self)
    default: dequantize(call, Int32.self)
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
