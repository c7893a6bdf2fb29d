import CalibrantLinearAlgebra
import TestSupport
import Testing

@Suite struct DoubleGEMMTests {
  @Test(arguments: [false, true], [false, true])
  func isTheSumOfProducts(transposesA: Bool, transposesB: Bool) {
    let (m, n, k) = (5, 7, 9)
    var random = SeededRandom(seed: 1)
    let a = random.floats(m * k).map(Double.init)
    let b = random.floats(k * n).map(Double.init)
    var c = random.floats(m * n).map(Double.init)
    let expected = (0..<m * n).map { index in
      let (i, j) = index.quotientAndRemainder(dividingBy: n)
      return (0..<k).reduce(0.5 * c[index]) { sum, l in
        sum + 2 * (transposesA ? a[l * m + i] : a[i * k + l])
          * (transposesB ? b[j * k + l] : b[l * n + j])
      }
    }
    gemm(
      m: m, n: n, k: k, alpha: 2,
      DoubleMatrixOperand(a, stride: transposesA ? m : k, isTransposed: transposesA),
      DoubleMatrixOperand(b, stride: transposesB ? k : n, isTransposed: transposesB),
      beta: 0.5, into: &c, stride: n)
    #expect(zip(c, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
