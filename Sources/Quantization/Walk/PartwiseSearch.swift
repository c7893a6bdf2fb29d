/// Finds which of several options each member of a sequence takes, by what all of them together cost.
///
/// Parts of the sequence are tried with each option, then the halves of those where it matters. Members next to each other
/// mostly want the same, and a trial is dear: it costs a run of the network.
struct PartwiseSearch {
  /// Each member's option; nil is an option that only the plan it starts from has.
  typealias Plan = [Int?]

  let options: Int
  /// How many plans may be tried.
  let trials: Int
  /// Whether a member's two options are the same.
  var isSame: (_ member: Int, Int?, Int?) -> Bool = { $1 == $2 }
  /// What a plan loses of each of the samples that judge.
  let losses: (Plan) throws -> [Double]

  /// A part is looked at more closely where another option moves the mean loss by this share.
  private static let tolerance = 0.02

  /// What is tried first.
  enum Start { case whole, halves }

  /// - Parameter losses: of `plan`.
  func refined(
    _ plan: Plan, losses: [Double], parts start: Start
  ) throws -> (plan: Plan, losses: [Double]) {
    var best = (plan: plan, losses: losses)
    var left = trials
    var parts = start == .whole ? [plan.indices] : halves(of: plan.indices)
    while !parts.isEmpty {
      var closer: [Range<Int>] = []
      for part in parts {
        var matters = false
        for option in 0..<options {
          let differs = part.contains { !isSame($0, best.plan[$0], option) }
          guard differs, left > 0 else { continue }
          left -= 1
          var plan = best.plan
          for member in part { plan[member] = option }
          let losses = try self.losses(plan)
          let gain = Gain(from: best.losses, to: losses)
          if abs(gain.mean) > Self.tolerance * NetworkLoss.mean(best.losses) { matters = true }
          if gain.isSure { best = (plan, losses) }
        }
        if matters { closer += halves(of: part) }
      }
      parts = closer
    }
    return best
  }

  private func halves(of part: Range<Int>) -> [Range<Int>] {
    guard part.count > 1 else { return [] }
    let middle = part.lowerBound + part.count / 2
    return [part.lowerBound..<middle, middle..<part.upperBound]
  }
}

/// What one plan loses less than another, sample by sample.
private struct Gain {
  let mean: Double
  private let standardError: Double
  /// Fewer samples agree by chance.
  private static let fewestSamples = 8

  init(from before: [Double], to after: [Double]) {
    let gains = zip(before, after).map { $0 - $1 }
    let mean = NetworkLoss.mean(gains)
    let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let count = Double(gains.count)
    standardError =
      gains.count >= Self.fewestSamples ? (squares / (count - 1) / count).squareRoot() : .infinity
    self.mean = mean
  }

  /// Whether it is more than the chance of which few samples judge.
  var isSure: Bool { mean > 2 * standardError && mean > 0 }
}
