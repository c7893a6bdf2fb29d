/// The floats of at most eight bits: how their codes and values correspond (docs/docsgen/source/technical/float8.md
/// of ONNX, and the OCP Microscaling formats).
struct MiniFloat: Sendable {
  /// The values of the codes without sign bit, ascending; a type without negative values uses all its codes here.
  private let magnitudes: [Float]
  private let signBit: UInt8?
  private let nanCode: UInt8?
  private let infinityCode: UInt8?

  init?(_ dtype: DType) {
    switch dtype {
    case .float8e4m3fn:
      self.init(exponentBits: 4, mantissaBits: 3, bias: 7, finite: 127, nan: 0x7F, infinity: nil)
    case .float8e4m3fnuz:
      self.init(exponentBits: 4, mantissaBits: 3, bias: 8, finite: 128, nan: 0x80, infinity: nil)
    case .float8e5m2:
      self.init(exponentBits: 5, mantissaBits: 2, bias: 15, finite: 124, nan: 0x7E, infinity: 0x7C)
    case .float8e5m2fnuz:
      self.init(exponentBits: 5, mantissaBits: 2, bias: 16, finite: 128, nan: 0x80, infinity: nil)
    case .float4e2m1:
      self.init(exponentBits: 2, mantissaBits: 1, bias: 1, finite: 8, nan: nil, infinity: nil)
    case .float8e8m0:
      self.init(powersOfTwo: 255, bias: 127, nan: 0xFF)
    default: return nil
    }
  }

  private init(powersOfTwo count: Int, bias: Int, nan: UInt8) {
    (signBit, nanCode, infinityCode) = (nil, nan, nil)
    magnitudes = (0..<count).map { Float(sign: .plus, exponent: $0 - bias, significand: 1) }
  }

  private init(
    exponentBits: Int, mantissaBits: Int, bias: Int, finite: Int, nan: UInt8?, infinity: UInt8?
  ) {
    magnitudes = (0..<finite).map { code in
      let (exponent, mantissa) = (code >> mantissaBits, code & ((1 << mantissaBits) - 1))
      let fraction = Float(mantissa) / Float(1 << mantissaBits)
      return exponent == 0
        ? Float(sign: .plus, exponent: 1 - bias, significand: fraction)
        : Float(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
    }
    signBit = 1 << UInt8(exponentBits + mantissaBits)
    (nanCode, infinityCode) = (nan, infinity)
  }

  /// The value of every code.
  var table: [Float] {
    (0..<256).map { code in
      let code = UInt8(code)
      let magnitude = Int(signBit.map { code & ($0 - 1) } ?? code)
      let isInfinity = infinityCode.map { code & 0x7F == $0 } ?? false
      if code == nanCode || (magnitude >= magnitudes.count && !isInfinity) { return .nan }
      let value = magnitude < magnitudes.count ? magnitudes[magnitude] : .infinity
      return code & (signBit ?? 0) != 0 ? -value : value
    }
  }

  /// How a value between two codes becomes one of them.
  enum RoundingMode: String, Sendable {
    case nearest, up, down
  }

  /// The code of `x`. Beyond the largest value: that value where `saturating`, infinity or NaN elsewhere.
  func code(of x: Float, saturating: Bool, rounding: RoundingMode = .nearest) -> UInt8 {
    let sign = x.sign == .minus ? signBit ?? 0 : 0
    let nan = nanCode.map { $0 == signBit ? $0 : $0 | sign }
    let largest = sign | UInt8(magnitudes.count - 1)
    // A type without NaN stores −0 for it.
    if x.isNaN { return nanCode ?? signBit ?? largest }
    let magnitude = abs(x)
    if x.isInfinite, infinityCode == nil { return saturating ? largest : nan ?? largest }
    let index = rounded(magnitude, rounding)
    guard index < magnitudes.count else {
      return saturating ? largest : infinityCode.map { sign | $0 } ?? nan ?? largest
    }
    // Where the code of −0 means NaN there is one zero.
    return index == 0 && nanCode == signBit ? 0 : sign | UInt8(index)
  }

  /// The place of the value nearest to `x`, ties to even codes; the count where `x` rounds beyond the largest.
  private func rounded(_ x: Float, _ rounding: RoundingMode) -> Int {
    var (low, high) = (0, magnitudes.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if magnitudes[middle] <= x { low = middle } else { high = middle }
    }
    guard x > magnitudes[low] else { return low }
    let last = magnitudes.count - 1
    let above = low < last ? magnitudes[high] : 2 * magnitudes[last] - magnitudes[last - 1]
    let middle = magnitudes[low] + (above - magnitudes[low]) / 2
    switch rounding {
    case .up: return high
    case .down: return low
    case .nearest:
      // Halves of a type without mantissa go away from zero.
      if x == middle { return signBit == nil || low % 2 == 1 ? high : low }
      return x > middle ? high : low
    }
  }
}
