/// The loops of linear quantization: q = saturate(round_half_even(x / scale) + zero_point), x̂ = (q − zero_point) · scale.
enum QuantizeLoops {
  /// Adding and subtracting 1.5 · 2^23 rounds a float of magnitude below 2^22 to an integer, halves to even.
  private static let roundingShift: Float = 12_582_912

  /// Writes codes; `limits` are those of the stored type.
  static func quantize<Code: FixedWidthInteger & TensorElement>(
    _ x: UnsafePointer<Float>, count: Int, scale: Float, zeroPoint: Int, limits: ClosedRange<Int>,
    into codes: UnsafeMutablePointer<Code>
  ) {
    let low = Float(limits.lowerBound - zeroPoint)
    let high = Float(limits.upperBound - zeroPoint)
    let shift = Int32(truncatingIfNeeded: zeroPoint) &- Int32(roundingShift.bitPattern)
    for i in 0..<count {
      let steps = x[i] / scale
      let raised = steps > low ? steps : low
      let clamped = raised < high ? raised : high
      // The low mantissa bits of the shifted value are the integer itself.
      let bits = Int32(bitPattern: (clamped + roundingShift).bitPattern)
      codes[i] = Code(truncatingIfNeeded: bits &+ shift)
    }
  }

  static func dequantize<Code: FixedWidthInteger & TensorElement>(
    _ codes: UnsafePointer<Code>, count: Int, scale: Float, zeroPoint: Int,
    into x: UnsafeMutablePointer<Float>
  ) {
    let zero = Int32(truncatingIfNeeded: zeroPoint)
    for i in 0..<count {
      x[i] = Float(Int32(truncatingIfNeeded: codes[i]) &- zero) * scale
    }
  }
}

extension DType {
  /// The codes an integer type can hold, where quantization to it is implemented.
  var quantizationLimits: ClosedRange<Int>? {
    switch self {
    case .int2, .uint2, .int4, .uint4, .int8, .uint8, .int16, .uint16: integerLimits
    default: nil
    }
  }
}
