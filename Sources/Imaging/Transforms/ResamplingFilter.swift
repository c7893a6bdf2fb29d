import Foundation

/// How a resize weighs the pixels around a place.
public enum Interpolation: String, Sendable, Codable, CaseIterable {
  case bilinear, bicubic, nearest, lanczos

  /// Half the filter's width, in source pixels of an enlargement; 0 for nearest, which weighs nothing.
  var support: Double {
    switch self {
    case .nearest: 0
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  func weight(at x: Double) -> Double {
    switch self {
    case .nearest: return 1
    case .bilinear:
      let x = abs(x)
      return x < 1 ? 1 - x : 0
    case .bicubic:
      let (x, a) = (abs(x), -0.5)
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    case .lanczos:
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
    }
  }

  private func sinc(_ x: Double) -> Double {
    guard x != 0 else { return 1 }
    let scaled = x * .pi
    return sin(scaled) / scaled
  }
}

/// For each output place along one axis: which source pixels count, and by how much.
///
/// Weights are fixed-point with 22 fractional bits, rounded half away from zero, as Pillow computes them, so that
/// results are equal to the bit.
struct ResamplingTable {
  static let precisionBits = 22

  let starts: [Int]
  let counts: [Int]
  /// Weights of output i begin at `i * stride`.
  let weights: [Int32]
  let stride: Int

  init(from source: Int, to target: Int, _ filter: Interpolation) {
    let scale = Double(source) / Double(target)
    // Shrinking widens the filter, which is what keeps it from aliasing.
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    stride = Int(support.rounded(.up)) * 2 + 1
    var (starts, counts): ([Int], [Int]) = ([], [])
    var weights = [Int32](repeating: 0, count: target * stride)
    for place in 0..<target {
      let center = (Double(place) + 0.5) * scale
      let first = max(Int(center - support + 0.5), 0)
      let count = min(Int(center + support + 0.5), source) - first
      var row = (0..<count).map {
        filter.weight(at: (Double($0 + first) - center + 0.5) * (1 / filterScale))
      }
      let sum = row.reduce(0, +)
      if sum != 0 { row = row.map { $0 / sum } }
      for (index, weight) in row.enumerated() {
        let scaled = weight * Double(1 << Self.precisionBits)
        weights[place * stride + index] = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
      }
      starts.append(first)
      counts.append(count)
    }
    (self.starts, self.counts, self.weights) = (starts, counts, weights)
  }
}
