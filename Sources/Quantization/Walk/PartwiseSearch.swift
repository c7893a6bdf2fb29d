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
  /// A plan's error on each of the samples that judge; on the first of them where it is behind a rival's.
  let errors: (Plan, _ rival: [Double]) throws -> [Double]

  /// A part is looked at more closely where another option moves the mean error by this share.
  private static let tolerance = 0.02

  /// What is tried first.
  enum Start { case whole, halves }

  /// - Parameter errors: of `plan`.
  func refined(
    _ plan: Plan, errors: [Double], parts start: Start
  ) throws -> (plan: Plan, errors: [Double]) {
    var best = (plan: plan, errors: errors)
    var left = trials
    var parts = start == .whole ? [plan.indices] : Self.halves(of: plan.indices)
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
          let errors = try self.errors(plan, best.errors)
          let gain = Gain(from: best.errors, to: errors)
          if abs(gain.share) > Self.tolerance { matters = true }
          if gain.isSure { best = (plan, errors) }
        }
        if matters { closer += Self.halves(of: part) }
      }
      parts = closer
    }
    return best
  }

  static func halves(of part: Range<Int>) -> [Range<Int>] {
    guard part.count > 1 else { return [] }
    let middle = part.lowerBound + part.count / 2
    return [part.lowerBound..<middle, middle..<part.upperBound]
  }
}
