/// Codes and scales for the rows of a rounding problem: scales searched under the H-weighted error, then GPTQ,
/// then coordinate descent alternating with the closed-form scale.
struct OptimalRounding: Sendable {
  let window: CodeWindow
  /// What all rows must take, for weights with one scale per tensor.
  var shared: (scale: Double, lowest: Double)?

  /// Scales tried, as shares of the one that covers the row.
  static let scaleShares = (0..<15).map { 0.35 + 0.05 * Double($0) }
  /// The same for grids so fine that clipping gains little.
  static let fineScaleShares = [0.9, 0.95]
  private static let fineSpan = 63.0
  /// What the best of them is multiplied by before GPTQ, whose best scale is not that of plain rounding.
  static let gptqShares = [0.75, 0.85, 0.92, 1, 1.08, 1.18]
  /// The same for wide layers, where each costs much and gains little.
  static let fewShares = [0.85, 1, 1.18]
  private static let wideColumns = 512
  static let refits = 2
  static let sweeps = 4

  /// Solves rows `range` of the problem. Rows do not depend on each other, so any split gives the same codes.
  func solve(_ problem: RoundingProblem, rows range: Range<Int>) -> RowCodes {
    let columns = problem.columns
    let target = Array(problem.target[range.lowerBound * columns..<range.upperBound * columns])
    guard let feedback = problem.feedback else {
      var rows = searched(target, problem)
      polish(&rows, target, problem)
      return rows
    }
    var rows = scaled(target, problem)
    let start = rows.scales
    var errors = [Double](repeating: .infinity, count: rows.rows)
    for share in shares(columns) {
      var candidate = nearest(target, columns, start.map { $0 * share })
      GPTQ.round(&candidate, to: target, feedback: feedback, span: window.span)
      polish(&candidate, target, problem)
      rows.takeBetter(candidate, candidate.errors(target, problem.hessian), over: &errors)
    }
    return rows
  }

  private var isFine: Bool { window.span > Self.fineSpan }

  private var scaleShares: [Double] { isFine ? Self.fineScaleShares : Self.scaleShares }

  private func shares(_ columns: Int) -> [Double] {
    if shared != nil || isFine { return [1] }
    return columns > Self.wideColumns ? Self.fewShares : Self.gptqShares
  }

  /// Coordinate descent, alternating with the closed-form scale where that is free.
  private func polish(_ rows: inout RowCodes, _ target: [Double], _ problem: RoundingProblem) {
    improve(&rows, target, problem)
    guard shared == nil else { return }
    for _ in 0..<Self.refits {
      rows.refitScales(target, problem.hessian)
      improve(&rows, target, problem)
    }
  }

  private func improve(_ rows: inout RowCodes, _ target: [Double], _ problem: RoundingProblem) {
    CoordinateDescent.improve(
      &rows, target, problem.hessian, span: window.span, sweeps: Self.sweeps)
  }

  private func nearest(_ target: [Double], _ columns: Int, _ scales: [Double]) -> RowCodes {
    RowCodes(
      nearestTo: target, columns: columns, scales: scales, window: window, lowest: shared?.lowest)
  }

  private func coveringScales(_ target: [Double], _ columns: Int) -> [Double] {
    stride(from: 0, to: target.count, by: columns).map { start in
      shared?.scale ?? window.coveringScale(target[start..<start + columns])
    }
  }

  /// The scales under which nearest codes have the smallest H-weighted error.
  private func scaled(_ target: [Double], _ problem: RoundingProblem) -> RowCodes {
    let columns = problem.columns
    let covering = coveringScales(target, columns)
    var best = nearest(target, columns, covering)
    guard shared == nil else { return best }
    var errors = best.errors(target, problem.hessian)
    for share in scaleShares {
      let candidate = nearest(target, columns, covering.map { $0 * share })
      best.takeBetter(candidate, candidate.errors(target, problem.hessian), over: &errors)
    }
    return best
  }

  /// The best of all floor and ceiling choices over all scales.
  private func searched(_ target: [Double], _ problem: RoundingProblem) -> RowCodes {
    let columns = problem.columns
    var rows = nearest(target, columns, coveringScales(target, columns))
    for row in 0..<rows.rows {
      let range = row * columns..<(row + 1) * columns
      let covering = rows.scales[row]
      var least = Double.infinity
      for share in shared == nil ? scaleShares + [1] : [1] {
        let scale = covering * share
        let lowest = shared?.lowest ?? window.lowest(target[range], scale: scale)
        let found = ExactSearch.best(
          target[range], problem.hessian, scale: scale, lowest: lowest, span: window.span)
        guard found.error < least else { continue }
        least = found.error
        rows.scales[row] = scale
        rows.lowest[row] = lowest
        rows.codes.replaceSubrange(range, with: found.codes)
      }
    }
    return rows
  }
}
