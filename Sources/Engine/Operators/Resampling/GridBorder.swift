/// What lies beyond the ends of an axis that is sampled.
struct GridBorder: Sendable {
  enum Padding: String, Sendable {
    case zeros, border, reflection
  }

  let padding: Padding
  let alignsCorners: Bool

  /// The samples for a coordinate between −1 and 1; with zeros beyond the ends, those there are left out.
  func taps(
    _ coordinate: Double, size: Int, _ kernel: InterpolationKernel
  ) -> [(index: Int, weight: Float)] {
    let length = Double(size)
    // Float32, as the specification's own arithmetic has it: whether a place is an end depends on it.
    var x = Double(
      Float(
        alignsCorners
          ? (coordinate + 1) / 2 * (length - 1) : ((coordinate + 1) * length - 1) / 2))
    if case .nearest = kernel { x = x.rounded(.toNearestOrEven) }
    guard x.isFinite, abs(x) < 1e9, size > 0 else { return [] }
    let low = alignsCorners ? 0 : -0.5
    let high = alignsCorners ? length - 1 : length - 0.5
    if x < low || x > high {
      switch padding {
      case .zeros: break
      case .border: x = min(max(x, 0), length - 1)
      case .reflection: x = Self.reflected(x, low, high)
      }
    }
    return kernel.neighbours(of: x).compactMap { index, weight in
      place(index, size, low, high).map { ($0, weight) }
    }
  }

  private func place(_ index: Int, _ size: Int, _ low: Double, _ high: Double) -> Int? {
    if (0..<size).contains(index) { return index }
    switch padding {
    case .zeros: return nil
    case .border: return min(max(index, 0), size - 1)
    case .reflection: return min(max(Int(Self.reflected(Double(index), low, high)), 0), size - 1)
    }
  }

  private static func reflected(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let range = high - low
    guard range > 0 else { return low }
    let beyond = x < low ? low - x : x > high ? x - high : 0
    guard beyond > 0 else { return x }
    let turns = (beyond / range).rounded(.down)
    let rest = beyond - turns * range
    let fromLow = (x < low) == (turns.truncatingRemainder(dividingBy: 2) == 0)
    return fromLow ? low + rest : high - rest
  }
}

extension InterpolationKernel {
  /// Samples around a position of an axis without ends.
  func neighbours(of x: Double) -> [(index: Int, weight: Float)] {
    let base = Int(x.rounded(.down))
    switch self {
    case .nearest: return [(base, 1)]
    case .linear:
      return [(base, Float(1 - (x - Double(base)))), (base + 1, Float(x - Double(base)))]
    case .cubic:
      return (-1...2).map { (base + $0, Float(weight(x - Double(base + $0)))) }
    }
  }
}
