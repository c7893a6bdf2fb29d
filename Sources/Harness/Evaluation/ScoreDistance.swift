import Foundation

/// How far a model's scores are from the original's on the same samples.
public struct ScoreDistance: Sendable {
  /// 10 log₁₀(Σx² / Σ(x − x̂)²) in dB; nil where the scores are equal.
  public let sqnr: Double?
  /// Mean Kullback–Leibler divergence KL(original ‖ other) of the class distributions, in nats.
  public let divergence: Double

  public init(original: Scores, other: Scores) {
    precondition(
      original.values.count == other.values.count, "scores are compared on the same samples")
    var (signal, noise) = (0.0, 0.0)
    for (x, y) in zip(original.values, other.values) {
      // Equal infinities, the −∞ of a masked class say, differ by nothing.
      guard x != y else {
        if x.isFinite { signal += Double(x) * Double(x) }
        continue
      }
      let error = Double(x) - Double(y)
      signal += Double(x) * Double(x)
      noise += error * error
    }
    sqnr = noise > 0 ? 10 * log10(signal / noise) : nil
    let count = original.count
    var total = 0.0
    for index in 0..<count {
      total += Self.divergence(original.row(index), other.row(index))
    }
    divergence = count > 0 ? total / Double(count) : 0
  }

  /// Of one sample, KL(p ‖ q) in nats.
  static func divergence(_ p: ArraySlice<Float>, _ q: ArraySlice<Float>) -> Double {
    let (p, q) = (logProbabilities(p), logProbabilities(q))
    return zip(p, q).reduce(0) { $1.0 == -.infinity ? $0 : $0 + exp($1.0) * ($1.0 - $1.1) }
  }

  /// Scores that are already probabilities (a Softmax output) are taken as they are, others as logits.
  private static func logProbabilities(_ row: ArraySlice<Float>) -> [Double] {
    let sum = row.reduce(0.0) { $0 + Double($1) }
    if row.allSatisfy({ $0 >= 0 }) && abs(sum - 1) < 1e-3 {
      return row.map { log(max(Double($0), 1e-30)) }
    }
    let largest = Double(row.max() ?? 0)
    let normalizer = largest + log(row.reduce(0.0) { $0 + exp(Double($1) - largest) })
    return row.map { Double($0) - normalizer }
  }
}
