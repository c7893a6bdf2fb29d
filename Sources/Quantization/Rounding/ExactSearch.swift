/// All 2ⁿ choices of floor and ceiling for rows of few weights, as a depthwise filter's nine.
///
/// The choices are visited in Gray-code order, one flip a step, so each costs n operations.
enum ExactSearch {
  /// The best choice for one row at a scale, and its error.
  static func best(
    _ target: ArraySlice<Double>, _ hessian: [Double], scale: Double, lowest: Double, span: Double
  ) -> (codes: [Double], error: Double) {
    let n = target.count
    let target = Array(target)
    var codes = target.map { min(max(($0 / scale).rounded(.down), lowest), lowest + span) }
    // A code already at the top has nowhere to go up to.
    let steps = codes.map { min($0 + 1, lowest + span) - $0 }
    var isUp = [Bool](repeating: false, count: n)
    let difference = zip(codes, target).map { $0 * scale - $1 }
    var gradient = (0..<n).map { i in
      (0..<n).reduce(0) { $0 + hessian[i * n + $1] * difference[$1] }
    }
    var error = zip(difference, gradient).reduce(0) { $0 + $1.0 * $1.1 }
    var (bestCodes, least) = (codes, error)
    for visit in 1..<(1 << n) {
      let i = visit.trailingZeroBitCount
      guard steps[i] != 0 else { continue }
      let step = isUp[i] ? -steps[i] : steps[i]
      isUp[i].toggle()
      codes[i] += step
      let change = step * scale
      error += change * (2 * gradient[i] + change * hessian[i * n + i])
      for j in 0..<n { gradient[j] += change * hessian[i * n + j] }
      if error < least { (bestCodes, least) = (codes, error) }
    }
    return (bestCodes, least)
  }
}
