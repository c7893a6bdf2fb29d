import Foundation

/// Percentiles moved for bias and skewness, BCa (Efron 1987): what Calibrant's intervals are held beside.
struct BiasCorrected {
  /// The normal place of the estimate among the resamples.
  private let bias: Double
  private let acceleration: Double

  /// - Parameters:
  ///   - sorted: the values of the resamples, ascending.
  ///   - leavingOut: the values of all images but one, for each.
  init(sorted: [Double], estimate: Double, leavingOut: [Double]) {
    let below = sorted.filter { $0 < estimate }.count
    let same = sorted.filter { $0 == estimate }.count
    let share = (Double(below) + Double(same) / 2) / Double(sorted.count)
    bias = Self.place(min(max(share, 1e-6), 1 - 1e-6))
    let mean = leavingOut.reduce(0, +) / Double(leavingOut.count)
    let squares = leavingOut.reduce(0) { $0 + pow(mean - $1, 2) }
    let cubes = leavingOut.reduce(0) { $0 + pow(mean - $1, 3) }
    acceleration = squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0
  }

  /// The share of resamples below an end that has `share` below it where nothing is biased.
  func share(_ share: Double) -> Double {
    let moved = bias + Self.place(share)
    return erfc(-(bias + moved / (1 - acceleration * moved)) / 2.0.squareRoot()) / 2
  }

  private static func place(_ share: Double) -> Double {
    var (low, high) = (-9.0, 9.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if erfc(-middle / 2.0.squareRoot()) / 2 < share { low = middle } else { high = middle }
    }
    return high
  }
}
