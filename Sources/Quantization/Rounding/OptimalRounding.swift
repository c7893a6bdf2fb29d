import CalibrantEngine

/// Codes and scales for the rows of a rounding problem: scales searched under the H-weighted error, then GPTQ,
/// then coordinate descent alternating with the closed-form scale.
struct OptimalRounding: Sendable {
  let window: CodeWindow
  /// What all rows must take, for weights with one scale per tensor.
  var shared: (scale: Double, lowest: Double)?
  /// The order of products, where no two codes may be such that their sum leaves 16 bits; nil leaves codes free.
  var pairs: PairOrder?

  /// Scales tried, as shares of the one that covers the row.
  static let scaleShares = (0..<15).map { 0.35 + 0.05 * Double($0) }
  /// The same for wide rows on grids so fine that clipping gains little.
  static let fineScaleShares = [0.9, 0.95]
  /// The same where pairs of codes are bounded: coarser scales keep them apart from their bounds.
  static let boundedScaleShares = [0.9, 0.95, 1.1, 1.2, 1.35, 1.5, 1.75, 2]
  static let boundedShares = [0.9, 1, 1.1]
  private static let fineSpan = 63.0
  private static let fineColumns = 256
  /// What the best of them is multiplied by before GPTQ, whose best scale is not that of plain rounding.
  static let gptqShares = [0.75, 0.85, 0.92, 1, 1.08, 1.18]
  /// The same for wide layers, where each costs much and gains little. Their first scales are judged by H's diagonal alone.
  static let fewShares = [0.85, 1, 1.18]
  private static let wideColumns = 512
  static let refits = 2
  static let sweeps = 4

  /// Solves rows `range` of the problem. Rows do not depend on each other, so any split gives the same codes.
  func solve(_ problem: RoundingProblem, rows range: Range<Int>) -> RowCodes {
    let targets = problem.targets(range)
    let bounds = pairs.map { PairBounds($0, visiting: problem.order) }
    if problem.takesExactSearch && bounds == nil {
      return refined(searched(targets, problem), targets, problem, nil).rows
    }
    var rows = scaled(targets, problem, bounds)
    let start = rows.scales
    var errors = [Double](repeating: .infinity, count: rows.rows)
    for share in shares(problem.columns) {
      var candidate = nearest(targets, start.map { $0 * share }, shares: rows.shares)
      GPTQ.round(
        &candidate, to: targets.weights, feedback: problem.feedback, span: window.span,
        bounds: bounds)
      let refined = refined(candidate, targets, problem, bounds)
      rows.takeBetter(refined.rows, refined.errors, over: &errors)
    }
    return rows
  }

  private func isFine(_ columns: Int) -> Bool {
    window.span > Self.fineSpan && columns > Self.fineColumns
  }

  private func scaleShares(_ columns: Int) -> [Double] {
    if pairs != nil { return Self.boundedScaleShares }
    return isFine(columns) ? Self.fineScaleShares : Self.scaleShares
  }

  private func shares(_ columns: Int) -> [Double] {
    if pairs != nil && shared == nil { return Self.boundedShares }
    if shared != nil || isFine(columns) { return [1] }
    return columns > Self.wideColumns ? Self.fewShares : Self.gptqShares
  }

  /// Coordinate descent, alternating with the closed-form scale where that is free.
  private func refined(
    _ rows: RowCodes, _ targets: RowTargets, _ problem: RoundingProblem, _ bounds: PairBounds?
  ) -> CodeRefinement {
    var refinement = CodeRefinement(rows, targets, problem, span: window.span, bounds: bounds)
    refinement.moveCodes(sweeps: Self.sweeps)
    guard shared == nil else { return refinement }
    for _ in 0..<Self.refits {
      refinement.refitScales()
      refinement.moveCodes(sweeps: Self.sweeps)
    }
    return refinement
  }

  private func nearest(
    _ targets: RowTargets, _ scales: [Double], shares: [Double]? = nil
  ) -> RowCodes {
    RowCodes(
      nearestTo: targets, scales: scales, shares: shares, window: window, lowest: shared?.lowest)
  }

  private func coveringScales(_ targets: RowTargets) -> [Double] {
    targets.energies.indices.map { shared?.scale ?? window.coveringScale(targets.row($0)) }
  }

  /// The scales under which nearest codes have the smallest error.
  private func scaled(
    _ targets: RowTargets, _ problem: RoundingProblem, _ bounds: PairBounds?
  ) -> RowCodes {
    if problem.sets.count > 1 { return blockScaled(targets, problem) }
    let covering = coveringScales(targets)
    var best = nearest(targets, covering)
    if let bounds { best.fit(bounds) }
    guard shared == nil else { return best }
    var errors = errors(best, targets, problem)
    for share in scaleShares(problem.columns) {
      var candidate = nearest(targets, covering.map { $0 * share })
      if let bounds { candidate.fit(bounds) }
      best.takeBetter(candidate, self.errors(candidate, targets, problem), over: &errors)
    }
    return best
  }

  /// The same for every block of every row, judged by H's diagonal; a row's scale is that of its widest block.
  private func blockScaled(_ targets: RowTargets, _ problem: RoundingProblem) -> RowCodes {
    let diagonal = (0..<problem.columns).map(problem.diagonal)
    var (scales, shares): ([Double], [Double]) = ([], [])
    for row in targets.energies.indices {
      let own = problem.sets.columns.indices.map { set in
        blockScale(
          problem.sets.values(targets.row(row), of: set),
          weights: problem.sets.values(diagonal[...], of: set))
      }
      let widest = own.max() ?? 1
      scales.append(widest)
      shares += own.map { $0 / widest }
    }
    return nearest(targets, scales, shares: shares)
  }

  private func blockScale(_ block: ArraySlice<Double>, weights: ArraySlice<Double>) -> Double {
    let covering = window.coveringScale(block)
    let candidates = (scaleShares(block.count) + [1]).map { $0 * covering }
    let errors = candidates.map { scale in
      let low = window.lowest(block, scale: scale)
      return zip(block, weights).reduce(0) { sum, pair in
        let code = min(max(roundedHalfEven(pair.0 / scale), low), low + window.span)
        let difference = code * scale - pair.0
        return sum + pair.1 * difference * difference
      }
    }
    return zip(candidates, errors).min { $0.1 < $1.1 }?.0 ?? covering
  }

  private func errors(
    _ rows: RowCodes, _ targets: RowTargets, _ problem: RoundingProblem
  ) -> [Double] {
    problem.columns > Self.wideColumns
      ? rows.diagonalErrors(targets, problem)
      : CodeRefinement(rows, targets, problem, span: window.span).errors
  }

  /// The best of all floor and ceiling choices over all scales.
  private func searched(_ targets: RowTargets, _ problem: RoundingProblem) -> RowCodes {
    let columns = problem.columns
    var hessian = problem.hessian
    for i in 0..<columns { hessian[i * columns + i] = problem.diagonal(i) }
    var rows = nearest(targets, coveringScales(targets))
    for row in 0..<rows.rows {
      let covering = rows.scales[row]
      var least = Double.infinity
      for share in shared == nil ? scaleShares(columns) + [1] : [1] {
        let scale = covering * share
        let lowest = shared?.lowest ?? window.lowest(targets.row(row), scale: scale)
        let found = ExactSearch.best(
          targets.row(row), hessian, scale: scale, lowest: lowest, span: window.span)
        guard found.error < least else { continue }
        least = found.error
        rows.scales[row] = scale
        rows.lowest[row] = lowest
        rows.codes.replaceSubrange(row * columns..<(row + 1) * columns, with: found.codes)
      }
    }
    return rows
  }
}
