extension Float {
  /// The value of an IEEE 754 binary16 number.
  public init(halfBits: UInt16) {
    let exponent = Int(halfBits >> 10 & 31)
    let mantissa = Float(halfBits & 1023)
    let magnitude: Float =
      switch exponent {
      case 0: mantissa * 0x1p-24
      case 31: mantissa == 0 ? .infinity : .nan
      default: (1024 + mantissa) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
      }
    self = halfBits & 0x8000 == 0 ? magnitude : -magnitude
  }

  /// The nearest float16 value, halves to even; beyond 65504 infinity.
  var roundedToHalf: Float {
    guard isFinite, self != 0 else { return self }
    // The unit in the last place of float16 at this magnitude.
    let unit = Float(sign: .plus, exponent: Swift.max(exponent, -14) - 10, significand: 1)
    let rounded = (self / unit).rounded(.toNearestOrEven) * unit
    return abs(rounded) > 65504 ? (self < 0 ? -.infinity : .infinity) : rounded
  }

  /// The nearest bfloat16 value, halves to even.
  var roundedToBrainFloat: Float {
    guard isFinite else { return self }
    let odd = bitPattern >> 16 & 1
    return Float(bitPattern: (bitPattern &+ 0x7FFF &+ odd) & 0xFFFF_0000)
  }
}
