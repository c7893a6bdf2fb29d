/// Weights between −255 and 255 as sums of signed bytes, as many as it takes.
struct WeightDigits: Sendable {
  let parts: [[Int8]]

  init(_ layer: CodeLayer) {
    guard layer.clampsPairs else {
      parts = Self.parts(of: layer.weights, within: -128...127)
      return
    }
    // Clamped are products of what is stored, and of nothing else: 255 · (64 + 64) fits into 16 bits.
    let zeroPoint = Int16(layer.weightZeroPoint)
    let stored = layer.weights.map { Int8($0 + zeroPoint) }
    let rest = [Int16](repeating: -zeroPoint, count: stored.count)
    parts = [stored] + (zeroPoint == 0 ? [] : Self.parts(of: rest, within: -64...64))
  }

  private static func parts(of weights: [Int16], within limits: ClosedRange<Int16>) -> [[Int8]] {
    var rest = weights
    var parts: [[Int8]] = []
    repeat {
      let digit = rest.map { Int8(min(max($0, limits.lowerBound), limits.upperBound)) }
      rest = zip(rest, digit).map { $0 - Int16($1) }
      parts.append(digit)
    } while rest.contains { $0 != 0 }
    return parts
  }
}
