/// Integer weights split so that the sums of each part are exact in single precision, whatever their order.
///
/// A float holds integers up to 2^24. Most layers need one part; where sums could grow beyond, weights are written in a
/// smaller base, w = Σ d_i · base^i.
struct IntegerDigits: Sendable {
  let base: Int
  /// By digit, lowest first: as many values as there are weights.
  let parts: [[Float]]

  /// - Parameters:
  ///   - weights: outputs × depth, less their zero point.
  ///   - zeroPoint: of the codes as unsigned bytes, which the sums multiply less that.
  init(_ weights: [Int], depth: Int, zeroPoint: Int) {
    var digits = 1
    var base = 256
    var parts = [weights]
    while digits < 8, !parts.allSatisfy({ Self.isExact($0, depth, zeroPoint) }) {
      digits *= 2
      base = [2: 16, 4: 4, 8: 2][digits] ?? 2
      parts = Self.split(weights, base, digits)
    }
    self.base = base
    self.parts = parts.map { $0.map(Float.init) }
  }

  /// Digits that carry the sign of their weight.
  private static func split(_ weights: [Int], _ base: Int, _ digits: Int) -> [[Int]] {
    var factor = 1
    return (0..<digits).map { _ in
      defer { factor *= base }
      return weights.map { $0 / factor % base }
    }
  }

  private static func isExact(_ weights: [Int], _ depth: Int, _ zeroPoint: Int) -> Bool {
    guard depth > 0 else { return true }
    let (low, high) = (zeroPoint, 255 - zeroPoint)
    return stride(from: 0, to: weights.count, by: depth).allSatisfy { row in
      var (positive, negative) = (0, 0)
      for weight in weights[row..<row + depth] {
        if weight > 0 { positive += weight } else { negative -= weight }
      }
      return max(high * positive + low * negative, low * positive + high * negative) <= 1 << 24
    }
  }
}
