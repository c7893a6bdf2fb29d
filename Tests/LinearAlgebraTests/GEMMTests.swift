import Dispatch
import LinearAlgebra
import TestSupport
import Testing

@Suite struct GEMMTests {
  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func aProductEqualsTheTripleLoop(transposesA: Bool, transposesB: Bool) {
    let (m, n, k) = (7, 5, 11)
    var random = SeededRandom(seed: 3)
    let (a, b, c) = (random.floats(m * k), random.floats(k * n), random.floats(m * n))
    var result = c
    gemm(
      m: m, n: n, k: k, alpha: 0.5,
      MatrixOperand(a, stride: transposesA ? m : k, isTransposed: transposesA),
      MatrixOperand(b, stride: transposesB ? k : n, isTransposed: transposesB), beta: 2,
      into: &result, stride: n)
    for i in 0..<m {
      for j in 0..<n {
        let sum = (0..<k).reduce(0.0) { sum, p in
          let x = transposesA ? a[p * m + i] : a[i * k + p]
          let y = transposesB ? b[j * k + p] : b[p * n + j]
          return sum + Double(x) * Double(y)
        }
        // Eleven products of values below one, in single precision.
        #expect(abs(Double(result[i * n + j]) - (0.5 * sum + 2 * Double(c[i * n + j]))) < 2e-6)
      }
    }
  }

  @Test func aRowStrideLeavesWhatLiesBetweenAlone() {
    let (a, b): ([Float], [Float]) = ([1, 2, 3, 4], [1, 0, 0, 1])
    var c = [Float](repeating: 9, count: 6)
    gemm(
      m: 2, n: 2, k: 2, MatrixOperand(a, stride: 2), MatrixOperand(b, stride: 2), into: &c,
      stride: 3)
    #expect(c == [1, 2, 9, 3, 4, 9])
  }

  @Test func concurrentCallersGetTheSameBits() {
    BLAS.useOneThreadPerCaller()
    var random = SeededRandom(seed: 4)
    let size = 96
    let (a, b) = (random.floats(size * size), random.floats(size * size))
    @Sendable func product() -> [Float] {
      var c = [Float](repeating: 0, count: size * size)
      gemm(
        m: size, n: size, k: size, MatrixOperand(a, stride: size), MatrixOperand(b, stride: size),
        into: &c, stride: size)
      return c
    }
    let expected = product()
    let results = ResultBox(count: 16)
    DispatchQueue.concurrentPerform(iterations: 16) { results.set($0, product() == expected) }
    #expect(results.allTrue)
  }
}

/// Unchecked: each iteration writes its own element.
private final class ResultBox: @unchecked Sendable {
  private let values: UnsafeMutablePointer<Bool>
  private let count: Int

  init(count: Int) {
    self.count = count
    values = .allocate(capacity: count)
    values.initialize(repeating: false, count: count)
  }

  deinit { values.deallocate() }

  func set(_ index: Int, _ value: Bool) { values[index] = value }
  var allTrue: Bool { (0..<count).allSatisfy { values[$0] } }
}
