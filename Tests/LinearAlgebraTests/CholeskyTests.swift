import CalibrantLinearAlgebra
import TestSupport
import Testing

@Suite struct CholeskyTests {
  /// B·Bᵀ + I is positive definite for every B.
  private static func matrix(order n: Int) -> [Double] {
    var random = SeededRandom(seed: UInt64(n))
    let b = random.floats(n * n).map(Double.init)
    var a = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n {
        a[i * n + j] = (0..<n).reduce(i == j ? 1 : 0) { $0 + b[i * n + $1] * b[j * n + $1] }
      }
    }
    return a
  }

  /// a (m×n) · b (n×n), by the definition.
  private static func product(_ a: [Double], _ b: [Double], _ n: Int) -> [Double] {
    (0..<a.count).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: n)
      return (0..<n).reduce(0) { $0 + a[row * n + $1] * b[$1 * n + column] }
    }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }

  @Test(arguments: [1, 2, 7, 40]) func solvesRows(order n: Int) throws {
    let a = Self.matrix(order: n)
    var random = SeededRandom(seed: 5)
    let x = random.floats(3 * n).map(Double.init)
    var rows = Self.product(x, a, n)
    try #require(Cholesky(a, order: n)).solve(&rows)
    #expect(Self.distance(rows, x) < 1e-9)
  }

  @Test(arguments: [1, 2, 7, 40]) func invertsTheFactor(order n: Int) throws {
    let a = Self.matrix(order: n)
    let inverse = try #require(Cholesky(a, order: n)).inverseFactor()
    // L⁻¹ · A · L⁻ᵀ is the identity.
    var transposed = inverse
    for i in 0..<n { for j in 0..<n { transposed[i * n + j] = inverse[j * n + i] } }
    let identity = Self.product(Self.product(inverse, a, n), transposed, n)
    for i in 0..<n {
      for j in 0..<n { #expect(abs(identity[i * n + j] - (i == j ? 1 : 0)) < 1e-9) }
    }
  }

  @Test func refusesWhatIsNotPositiveDefinite() {
    #expect(Cholesky([1, 2, 2, 1], order: 2) == nil)
  }
}
