extension QuantizeDequantize: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "x")
    let codes = try inputs.required(2, "zero_point").type.dtype
    guard codes.quantizationLimits != nil else {
      throw .notImplemented(reason: "zero_point of type \(codes)")
    }
    try QuantizationAxis(axis).check(inputs, type, codes: codes)
    return [type]
  }

  func run(_ call: OperatorCall) {
    guard call.output.count > 0, let limits = call.input(2).dtype.quantizationLimits else {
      return
    }
    let (x, y) = (call.input(0).floats, call.output.floats)
    QuantizationAxis(axis).forEachRun(call) { start, count, scale, zeroPoint in
      let range = start..<start + count
      let rounding = GridRounding(scale: scale, limits: limits, zeroPoint: zeroPoint)
      Epilogue(rounding: rounding).apply(
        UnsafeBufferPointer(rebasing: x[range]),
        into: UnsafeMutableBufferPointer(rebasing: y[range]))
    }
  }
}
