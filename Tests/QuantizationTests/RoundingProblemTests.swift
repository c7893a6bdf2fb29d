import TestSupport
import Testing

@testable import Quantization

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
    rows: Int, columns: Int, seed: UInt64 = 1
  ) throws -> RoundingProblem {
    let hessian = covariance(columns, seed: seed)
    var random = SeededRandom(seed: seed + 100)
    return try #require(
      RoundingProblem(
        weights: random.floats(rows * columns).map(Double.init), columns: columns,
        inputs: InputCovariance(quantized: hessian, cross: hessian), damping: 0.01))
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
    let target = problem.target[...]
    let scale = 0.21
    let found = ExactSearch.best(target, problem.hessian, scale: scale, lowest: -4, span: 7)
    var least = Double.infinity
    for choice in 0..<64 {
      let codes = target.indices.map { i in
        min(max((target[i] / scale).rounded(.down) + Double(choice >> i & 1), -4), 3)
      }
      least = min(least, Self.error(codes, scale, target, problem.hessian))
    }
    #expect(abs(found.error - least) < 1e-12)
    #expect(abs(Self.error(found.codes, scale, target, problem.hessian) - least) < 1e-12)
  }

  @Test func errorsAreTheQuadraticForm() throws {
    let problem = try Self.problem(rows: 3, columns: 12)
    let rows = OptimalRounding(window: CodeWindow(grid: Self.grid)).solve(problem, rows: 0..<3)
    for (row, error) in rows.errors(problem.target, problem.hessian).enumerated() {
      let range = row * 12..<(row + 1) * 12
      let expected = Self.error(
        Array(rows.codes[range]), rows.scales[row], problem.target[range], problem.hessian)
      #expect(abs(error - expected) < 1e-12)
    }
  }

  /// Without a repair to make, the target is the weights themselves.
  @Test func targetIsTheWeightsWhereNothingBroke() throws {
    let problem = try Self.problem(rows: 2, columns: 20)
    var random = SeededRandom(seed: 101)
    let weights = random.floats(40).map(Double.init)
    for row in 0..<2 {
      for visited in 0..<20 {
        let difference =
          problem.target[row * 20 + visited] - weights[row * 20 + problem.order[visited]]
        #expect(abs(difference) < 1e-9)
      }
    }
  }

  /// H⁻¹ = UᵀU, so U H Uᵀ is the identity.
  @Test func feedbackIsTheFactorOfTheInverse() throws {
    let n = 11
    let problem = try Self.problem(rows: 1, columns: n)
    let factor = try #require(problem.feedback)
    for i in 0..<n {
      for j in 0..<n {
        var sum = 0.0
        for k in 0..<n {
          for l in 0..<n {
            sum += factor[i * n + k] * problem.hessian[k * n + l] * factor[j * n + l]
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
    let factor = try #require(problem.feedback)
    let window = CodeWindow(grid: Self.grid)
    var rows = RowCodes(
      nearestTo: problem.target, columns: n, scales: [0.2, 0.3], window: window, lowest: nil)
    GPTQ.round(&rows, to: problem.target, feedback: factor, span: window.span)
    for row in 0..<2 {
      var rest = Array(problem.target[row * n..<(row + 1) * n])
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
    let window = CodeWindow(grid: Self.grid)
    var rows = RowCodes(
      nearestTo: problem.target, columns: n, scales: [0.25], window: window, lowest: nil)
    let before = rows.errors(problem.target, problem.hessian)[0]
    CoordinateDescent.improve(
      &rows, problem.target, problem.hessian, span: window.span, sweeps: 100)
    let after = rows.errors(problem.target, problem.hessian)[0]
    #expect(after < before, "nearest codes leave something to gain on correlated inputs")
    for column in 0..<n {
      for step in [-1.0, 1] {
        var codes = rows.codes
        codes[column] += step
        guard (-4...3).contains(codes[column]) else { continue }
        #expect(
          Self.error(codes, 0.25, problem.target[...], problem.hessian) >= after - 1e-12)
      }
    }
  }

  @Test func refittedScalesAreBest() throws {
    let problem = try Self.problem(rows: 2, columns: 10)
    let window = CodeWindow(grid: Self.grid)
    var rows = RowCodes(
      nearestTo: problem.target, columns: 10, scales: [0.2, 0.4], window: window, lowest: nil)
    rows.refitScales(problem.target, problem.hessian)
    let best = rows.errors(problem.target, problem.hessian)
    for factor in [0.99, 1.01] {
      var other = rows
      other.scales = rows.scales.map { $0 * factor }
      for (a, b) in zip(best, other.errors(problem.target, problem.hessian)) { #expect(a <= b) }
    }
  }

  /// Codes stay on the grid, and lose less than the nearest ones do.
  @Test(arguments: [2, 3, 4, 8], [true, false])
  func optimalBeatsNearest(bits: Int, isSymmetric: Bool) throws {
    let problem = try Self.problem(rows: 4, columns: 30)
    let grid = WeightScheme(bits: bits, isSymmetric: isSymmetric).grid()
    let window = CodeWindow(grid: grid)
    let rows = OptimalRounding(window: window).solve(problem, rows: 0..<4)
    let scales = (0..<4).map {
      window.coveringScale(problem.target[$0 * 30..<($0 + 1) * 30])
    }
    let nearest = RowCodes(
      nearestTo: problem.target, columns: 30, scales: scales, window: window, lowest: nil)
    let (mine, theirs) = (
      rows.errors(problem.target, problem.hessian), nearest.errors(problem.target, problem.hessian)
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

  /// Rows do not depend on each other, so threads may share them out as they like.
  @Test func anySplitGivesTheSameCodes() throws {
    let problem = try Self.problem(rows: 6, columns: 40)
    let rounding = OptimalRounding(window: CodeWindow(grid: Self.grid))
    let whole = rounding.solve(problem, rows: 0..<6)
    let parts = [0..<1, 1..<4, 4..<6].map { rounding.solve(problem, rows: $0) }
    #expect(whole.codes == parts.flatMap(\.codes))
    #expect(whole.scales == parts.flatMap(\.scales))
  }

  @Test func refusesInputsThatAreNoNumbers() {
    let hessian = [Double](repeating: .nan, count: 16)
    #expect(
      RoundingProblem(
        weights: [1, 2, 3, 4], columns: 4,
        inputs: InputCovariance(quantized: hessian, cross: hessian), damping: 0.01) == nil)
  }

  /// A channel that never sees anything keeps finite codes and scales.
  @Test func deadInputsDoNoHarm() throws {
    let hessian = [Double](repeating: 0, count: 400)
    let problem = try #require(
      RoundingProblem(
        weights: [Double](repeating: 0, count: 20) + [Double](repeating: 0.5, count: 20),
        columns: 20, inputs: InputCovariance(quantized: hessian, cross: hessian), damping: 0.01))
    let rows = OptimalRounding(window: CodeWindow(grid: Self.grid)).solve(problem, rows: 0..<2)
    #expect(rows.scales.allSatisfy { $0.isFinite && $0 > 0 })
    #expect(rows.codes.allSatisfy { $0.isFinite })
  }
}
