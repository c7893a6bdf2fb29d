/// The integer type that quantized values are stored in.
public enum StorageType: String, Sendable, Codable, CaseIterable {
  case int8, uint8, int4, uint4

  /// Every code the type can hold.
  public var codes: ClosedRange<Int> {
    switch self {
    case .int8: -128...127
    case .uint8: 0...255
    case .int4: -8...7
    case .uint4: 0...15
    }
  }
}

/// How a real value becomes an integer code and back: `q = clip(round_half_even(x / s) + z)`,
/// `x̂ = s (q − z)`, as ONNX's QuantizeLinear and DequantizeLinear define it.
public struct QuantizationParameters: Sendable, Equatable {
  /// Positive and finite.
  public var scale: Float
  /// The code of zero.
  public var zeroPoint: Int
  /// The codes in use, a part of what `storage` holds.
  public var codes: ClosedRange<Int>
  public var storage: StorageType

  public init(scale: Float, zeroPoint: Int, codes: ClosedRange<Int>, storage: StorageType) {
    precondition(scale > 0 && scale.isFinite, "A scale must be positive and finite.")
    precondition(codes.contains(zeroPoint), "The zero point must be one of the codes.")
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.codes = codes
    self.storage = storage
  }

  /// The code of `x`. NaN becomes the zero point.
  @inline(__always)
  public func quantize(_ x: Float) -> Int {
    let limit: Float = 65536
    var steps = x / scale
    // Beyond the limit every value clips; NaN fails both comparisons and the equality below.
    steps = steps > limit ? limit : steps
    steps = steps < -limit ? -limit : steps
    guard steps == steps else { return zeroPoint }
    let code = Int(roundedHalfEven(steps)) &+ zeroPoint
    return min(max(code, codes.lowerBound), codes.upperBound)
  }

  @inline(__always)
  public func dequantize(_ code: Int) -> Float { scale * Float(code &- zeroPoint) }

  /// What is left of `x` after quantizing it.
  @inline(__always)
  public func fakeQuantize(_ x: Float) -> Float { dequantize(quantize(x)) }

  /// The real values of the lowest and the highest code.
  public var representable: ValueRange {
    ValueRange(dequantize(codes.lowerBound), dequantize(codes.upperBound))
  }
}

/// `x` rounded to the nearest integer, halves to even, for |x| < 2²². Two additions in place of the
/// library call that `rounded()` is on a baseline processor.
@inline(__always)
func roundedHalfEven(_ x: Float) -> Float {
  let magic: Float = 0x1.8p23
  return (x + magic) - magic
}

/// The same in double precision, for |x| < 2⁵¹.
@inline(__always)
func roundedHalfEven(_ x: Double) -> Double {
  let magic = 0x1.8p52
  return (x + magic) - magic
}
