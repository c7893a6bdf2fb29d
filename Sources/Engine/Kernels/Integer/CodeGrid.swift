import CKernels

/// What unsigned bytes stand for: value = scale · (code − zeroPoint).
///
/// Signed codes are moved up by 128 together with their zero point, which changes neither values nor sums.
struct CodeGrid: Sendable, Hashable {
  let scale: Float
  /// 0…255.
  let zeroPoint: Int
  /// Those that results are clamped to.
  var codes = 0...255
  /// Which code the file writes as 0: 128 of signed ones.
  var origin = 0

  var loops: CKCodeGrid {
    CKCodeGrid(
      scale: scale, zeroPoint: Int32(zeroPoint), low: Float(codes.lowerBound - zeroPoint),
      high: Float(codes.upperBound - zeroPoint))
  }

  func value(of code: UInt8) -> Float { Float(Int(code) - zeroPoint) * scale }

  /// The nearest code, halves to even; the lowest for NaN.
  func code(of value: Float) -> UInt8 {
    let grid = loops
    let steps = value / scale
    let clamped = steps > grid.low ? (steps < grid.high ? steps : grid.high) : grid.low
    return UInt8(Int(clamped.rounded(.toNearestOrEven)) + zeroPoint)
  }
}
