import TestSupport
import Testing

@testable import CalibrantQuantization

/// Optimal rounding against oracles that try everything, or compute a quadratic form by its definition.
@Suite struct RoundingProblemTests {
  /// Covariances of inputs that lie near a few directions, as those of convolutions do.
  private static func covariance(_ n: Int, seed: UInt64) -> [Double] {
    var random = SeededRandom(seed: seed)
    let factors = random.floats(n * n).map(Double.init)
    return (0..<n * n).map { index in
      let (i, j) = index.quotientAndRemainder(dividingBy: n)
      let product = (0..<n).reduce(0) { sum, k in
        sum + factors[i * n + k] * factors[j * n + k] / Double(1 + k * k)
      }
      return product + (i == j ? 0.01 : 0)
    }
  }

  private static func problem(
    rows: Int, columns: Int, seed: UInt64 = 1, blockSize: Int? = nil
  ) throws -> RoundingProblem {
    let hessian = covariance(columns, seed: seed)
    var random = SeededRandom(seed: seed + 100)
    let weights = random.floats(rows * columns).map(Double.init)
    // W C, where the inputs are the same in both networks.
    let repaired = (0..<rows * columns).map { index in
      (0..<columns).reduce(0) {
        $0 + weights[index / columns * columns + $1] * hessian[$1 * columns + index % columns]
      }
    }
    return try #require(
      RoundingProblem(
        weights: weights, columns: columns,
        inputs: InputCovariance(quantized: hessian, repaired: repaired, columns: columns),
        damping: 0.01, blockSize: blockSize))
  }

  private static func nearest(
    _ problem: RoundingProblem, rows: Range<Int>, scales: [Double]
  ) -> RowCodes {
    RowCodes(
      nearestTo: problem.targets(rows), scales: scales, window: CodeWindow(grid: grid), lowest: nil)
  }

  /// H + λI.
  private static func damped(_ problem: RoundingProblem) -> [Double] {
    var hessian = problem.hessian
    for i in 0..<problem.columns { hessian[i * problem.columns + i] += problem.added }
    return hessian
  }

  private static func refinement(_ rows: RowCodes, _ problem: RoundingProblem) -> CodeRefinement {
    CodeRefinement(
      rows, problem.targets(0..<rows.rows), problem, span: CodeWindow(grid: grid).span)
  }

  /// (s·q − w) H (s·q − w)ᵀ by its definition.
  private static func error(
    _ codes: [Double], _ scale: Double, _ target: ArraySlice<Double>, _ hessian: [Double]
  ) -> Double {
    let difference = zip(codes, target).map { $0 * scale - $1 }
    let n = difference.count
    return (0..<n).reduce(0) { sum, i in
      (0..<n).reduce(sum) { $0 + difference[i] * hessian[i * n + $1] * difference[$1] }
    }
  }

  private static let grid = WeightScheme(bits: 3, isSymmetric: true).grid()

  @Test func exactSearchFindsTheBestOfAllChoices() throws {
    let problem = try Self.problem(rows: 1, columns: 6)
    let target = problem.targets(0..<1).row(0)
    let hessian = Self.damped(problem)
    let scale = 0.21
    let found = ExactSearch.best(target, hessian, scale: scale, lowest: -4, span: 7)
    var least = Double.infinity
    for choice in 0..<64 {
      let codes = target.indices.map { i in
        min(max((target[i] / scale).rounded(.down) + Double(choice >> i & 1), -4), 3)
      }
      least = min(least, Self.error(codes, scale, target, hessian))
    }
    #expect(abs(found.error - least) < 1e-12)
    #expect(abs(Self.error(found.codes, scale, target, hessian) - least) < 1e-12)
  }

  @Test func errorsAreTheQuadraticForm() throws {
    let problem = try Self.problem(rows: 3, columns: 12)
    let rows = OptimalRounding(window: CodeWindow(grid: Self.grid)).solve(problem, rows: 0..<3)
    let targets = problem.targets(0..<3)
    for (row, error) in Self.refinement(rows, problem).errors.enumerated() {
      let range = row * 12..<(row + 1) * 12
      let expected = Self.error(
        Array(rows.codes[range]), rows.scales[row], targets.row(row), Self.damped(problem))
      #expect(abs(error - expected) < 1e-12)
    }
  }

  /// Without a repair to make, the target is the weights themselves.
  @Test func targetIsTheWeightsWhereNothingBroke() throws {
    let problem = try Self.problem(rows: 2, columns: 20)
    var random = SeededRandom(seed: 101)
    let weights = random.floats(40).map(Double.init)
    let targets = problem.targets(0..<2)
    for row in 0..<2 {
      for visited in 0..<20 {
        let difference =
          targets.weights[row * 20 + visited] - weights[row * 20 + problem.order[visited]]
        #expect(abs(difference) < 1e-9)
      }
    }
  }

  /// H⁻¹ = UᵀU, so U H Uᵀ is the identity.
  @Test func feedbackIsTheFactorOfTheInverse() throws {
    let n = 11
    let problem = try Self.problem(rows: 1, columns: n)
    let factor = problem.feedback
    let hessian = Self.damped(problem)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for k in 0..<n {
          for l in 0..<n {
            sum += factor[i * n + k] * hessian[k * n + l] * factor[j * n + l]
          }
        }
        #expect(abs(sum - (i == j ? 1 : 0)) < 1e-8)
        if j < i { #expect(factor[i * n + j] == 0) }
      }
    }
  }

  /// The definition of GPTQ, one column at a time over the whole row.
  @Test func blocksOfGPTQAreThoseOfTheDefinition() throws {
    let n = 100
    let problem = try Self.problem(rows: 2, columns: n)
    let factor = problem.feedback
    let window = CodeWindow(grid: Self.grid)
    let targets = problem.targets(0..<2)
    var rows = Self.nearest(problem, rows: 0..<2, scales: [0.2, 0.3])
    GPTQ.round(&rows, to: targets.weights, feedback: factor, span: window.span)
    for row in 0..<2 {
      var rest = Array(targets.row(row))
      for column in 0..<n {
        let code = min(max((rest[column] / rows.scales[row]).rounded(.toNearestOrEven), -4), 3)
        let error = (rest[column] - code * rows.scales[row]) / factor[column * n + column]
        for later in column..<n { rest[later] -= error * factor[column * n + later] }
        #expect(rows.codes[row * n + column] == code)
      }
    }
  }

  @Test func noSingleMoveImprovesWhatCoordinateDescentLeaves() throws {
    let n = 16
    let problem = try Self.problem(rows: 1, columns: n)
    let target = problem.targets(0..<1).row(0)
    var refinement = Self.refinement(
      Self.nearest(problem, rows: 0..<1, scales: [0.25]), problem)
    let before = refinement.errors[0]
    refinement.moveCodes(sweeps: 100)
    let after = refinement.errors[0]
    #expect(after < before, "nearest codes leave something to gain on correlated inputs")
    for column in 0..<n {
      for step in [-1.0, 1] {
        var codes = refinement.rows.codes
        codes[column] += step
        guard (-4...3).contains(codes[column]) else { continue }
        #expect(
          Self.error(codes, 0.25, target, Self.damped(problem)) >= after - 1e-12)
      }
    }
  }

  @Test func refittedScalesAreBest() throws {
    let problem = try Self.problem(rows: 2, columns: 10)
    var refinement = Self.refinement(
      Self.nearest(problem, rows: 0..<2, scales: [0.2, 0.4]), problem)
    refinement.refitScales()
    let best = refinement.errors
    for factor in [0.99, 1.01] {
      var other = refinement.rows
      other.scales = other.scales.map { $0 * factor }
      for (a, b) in zip(best, Self.refinement(other, problem).errors) { #expect(a <= b) }
    }
  }

  /// Codes stay on the grid, and lose less than the nearest ones do.
  @Test(arguments: [2, 3, 4, 8], [true, false])
  func optimalBeatsNearest(bits: Int, isSymmetric: Bool) throws {
    let problem = try Self.problem(rows: 4, columns: 30)
    let grid = WeightScheme(bits: bits, isSymmetric: isSymmetric).grid()
    let window = CodeWindow(grid: grid)
    let rows = OptimalRounding(window: window).solve(problem, rows: 0..<4)
    let targets = problem.targets(0..<4)
    let scales = (0..<4).map { window.coveringScale(targets.row($0)) }
    let nearest = RowCodes(nearestTo: targets, scales: scales, window: window, lowest: nil)
    let (mine, theirs) = (
      Self.refinement(rows, problem).errors, Self.refinement(nearest, problem).errors
    )
    for row in 0..<4 {
      #expect(mine[row] < theirs[row])
      for code in rows.codes[row * 30..<(row + 1) * 30] {
        #expect(code == code.rounded() && rows.lowest[row] <= code)
        #expect(code <= rows.lowest[row] + window.span)
      }
      #expect(rows.lowest[row] <= 0 && rows.lowest[row] + window.span >= 0)
    }
  }

  /// Ŵ of one row, from each column's own scale.
  private static func values(_ rows: RowCodes, _ row: Int) -> [Double] {
    (0..<rows.columns).map { column in
      let place = row * rows.sets.count + rows.sets.ofColumn[column]
      return rows.codes[row * rows.columns + column] * rows.scales[row] * rows.shares[place]
    }
  }

  /// Columns are visited in another order than they are stored in, and each keeps the scale of its own block.
  @Test func blocksHaveTheirOwnScales() throws {
    let problem = try Self.problem(rows: 3, columns: 24, blockSize: 8)
    #expect(problem.sets.count == 3 && problem.order != Array(0..<24))
    for (column, set) in problem.sets.ofColumn.enumerated() {
      #expect(set == problem.order[column] / 8)
    }
    let window = CodeWindow(grid: WeightScheme(bits: 4).grid())
    let rows = OptimalRounding(window: window).solve(problem, rows: 0..<3)
    let targets = problem.targets(0..<3)
    #expect(Set(rows.shares[0..<3]).count == 3)
    let errors = CodeRefinement(rows, targets, problem, span: window.span).errors
    for row in 0..<3 {
      let expected = Self.error(
        Self.values(rows, row), 1, targets.row(row), Self.damped(problem))
      #expect(abs(errors[row] - expected) < 1e-12)
      for column in 0..<24 {
        let (code, low) = (rows.codes[row * 24 + column], rows.lowest[rows.place(row, column)])
        #expect(code == code.rounded() && low <= code && code <= low + window.span)
        #expect(low <= 0 && low + window.span >= 0)
      }
    }
  }

  /// The nearest codes of blocks lose more, and so do the best codes with one scale for the row.
  @Test func optimalBlocksBeatNearestOnesAndWholeRows() throws {
    let blocked = try Self.problem(rows: 6, columns: 48, blockSize: 8)
    let whole = try Self.problem(rows: 6, columns: 48)
    let window = CodeWindow(grid: WeightScheme(bits: 4).grid())
    let targets = blocked.targets(0..<6)
    let shares = (0..<6).flatMap { row in
      (0..<6).map { window.coveringScale(blocked.sets.values(targets.row(row), of: $0)) }
    }
    let nearest = RowCodes(
      nearestTo: targets, scales: [Double](repeating: 1, count: 6), shares: shares, window: window,
      lowest: nil)
    func error(_ rows: RowCodes, _ problem: RoundingProblem) -> Double {
      CodeRefinement(rows, problem.targets(0..<6), problem, span: window.span).errors.reduce(0, +)
    }
    let rounding = OptimalRounding(window: window)
    let best = error(rounding.solve(blocked, rows: 0..<6), blocked)
    #expect(best < 0.5 * error(nearest, blocked))
    #expect(best < error(rounding.solve(whole, rows: 0..<6), whole))
  }

  /// Rows do not depend on each other. BLAS of some CPUs sums in another order for another number of rows, so threads take blocks
  /// of a fixed size all the same.
  @Test func anySplitGivesTheSameCodes() throws {
    let problem = try Self.problem(rows: 6, columns: 40)
    let rounding = OptimalRounding(window: CodeWindow(grid: Self.grid))
    let whole = rounding.solve(problem, rows: 0..<6)
    let parts = [0..<1, 1..<4, 4..<6].map { rounding.solve(problem, rows: $0) }
    #expect(whole.codes == parts.flatMap(\.codes))
    for (one, other) in zip(whole.scales, parts.flatMap(\.scales)) {
      #expect(abs(one - other) <= 1e-12 * one)
    }
  }

  @Test func refusesInputsThatAreNoNumbers() {
    let hessian = [Double](repeating: .nan, count: 16)
    #expect(
      RoundingProblem(
        weights: [1, 2, 3, 4], columns: 4,
        inputs: InputCovariance(quantized: hessian, repaired: nil, columns: 4), damping: 0.01)
        == nil)
  }

  /// A channel that never sees anything keeps finite codes and scales.
  @Test func deadInputsDoNoHarm() throws {
    let hessian = [Double](repeating: 0, count: 400)
    let problem = try #require(
      RoundingProblem(
        weights: [Double](repeating: 0, count: 20) + [Double](repeating: 0.5, count: 20),
        columns: 20,
        inputs: InputCovariance(
          quantized: hessian, repaired: [Double](repeating: 0, count: 40), columns: 20),
        damping: 0.01))
    let rows = OptimalRounding(window: CodeWindow(grid: Self.grid)).solve(problem, rows: 0..<2)
    #expect(rows.scales.allSatisfy { $0.isFinite && $0 > 0 })
    #expect(rows.codes.allSatisfy { $0.isFinite })
  }
}
