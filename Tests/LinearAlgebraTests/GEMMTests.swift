import Dispatch
import CalibrantLinearAlgebra
import Synchronization
import TestSupport
import Testing

/// A matrix product and its operands, stored with gaps between rows.
struct Product: Sendable {
  var m: Int, n: Int, k: Int
  var transposesA = false
  var transposesB = false
  var gap = 0
  var alpha: Float = 1
  var beta: Float = 0

  var aStride: Int { (transposesA ? m : k) + gap }
  var bStride: Int { (transposesB ? k : n) + gap }
  var cStride: Int { n + gap }

  func operands() -> (a: [Float], b: [Float], c: [Float]) {
    var random = SeededRandom(seed: UInt64(m * 10_007 + n * 101 + k))
    return (
      random.floats((transposesA ? k : m) * aStride),
      random.floats((transposesB ? n : k) * bStride),
      random.floats(m * cStride)
    )
  }

  func computed() -> [Float] {
    var (a, b, c) = operands()
    a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          gemm(
            m: m, n: n, k: k, alpha: alpha,
            MatrixOperand(a.baseAddress!, stride: aStride, isTransposed: transposesA),
            MatrixOperand(b.baseAddress!, stride: bStride, isTransposed: transposesB),
            beta: beta, into: c.baseAddress!, stride: cStride)
        }
      }
    }
    return c
  }

  /// The definition, in double precision; elements in the gaps stay as they are.
  func expected() -> [Float] {
    var (a, b, c) = operands()
    for row in 0..<m {
      for column in 0..<n {
        var sum = 0.0
        for i in 0..<k {
          let x = transposesA ? a[i * aStride + row] : a[row * aStride + i]
          let y = transposesB ? b[column * bStride + i] : b[i * bStride + column]
          sum += Double(x) * Double(y)
        }
        let old = Double(c[row * cStride + column])
        c[row * cStride + column] = Float(Double(alpha) * sum + Double(beta) * old)
      }
    }
    return c
  }
}

@Suite struct GEMMTests {
  static let shapes = [(1, 1, 1), (1, 7, 5), (9, 1, 4), (5, 6, 7), (17, 33, 65), (64, 48, 130)]

  static let products: [Product] = shapes.flatMap { m, n, k in
    [(false, false), (true, false), (false, true), (true, true)].flatMap { a, b in
      [(Float(1), Float(0)), (0.5, 2), (-1.25, 1)].map { alpha, beta in
        Product(
          m: m, n: n, k: k, transposesA: a, transposesB: b, gap: (m + k) % 4, alpha: alpha,
          beta: beta)
      }
    }
  }

  @Test(arguments: products) func agreesWithTheDefinition(_ product: Product) {
    // Each of k roundings is at most half an ulp of a partial sum, which no product here takes past k.
    let bound = Float(product.k) * Float(product.k) * Float.ulpOfOne + 4 * Float.ulpOfOne
    for (x, y) in zip(product.computed(), product.expected()) { #expect(abs(x - y) <= bound) }
  }

  @Test func anEmptySumScalesWhatIsThere() {
    let product = Product(m: 2, n: 3, k: 0, gap: 1, beta: 3)
    #expect(product.computed() == product.expected())
  }

  /// In a process of its own: threads end where no call is under way.
  @Test func concurrentCallersGetTheSameBits() async {
    await #expect(processExitsWith: .success) {
      BLAS.prepare()
      let product = Product(m: 61, n: 75, k: 200)
      let alone = product.computed().map(\.bitPattern)
      let results = Mutex<[[UInt32]]>([])
      DispatchQueue.concurrentPerform(iterations: 16) { _ in
        let bits = product.computed().map(\.bitPattern)
        results.withLock { $0.append(bits) }
      }
      #expect(results.withLock { $0.count } == 16)
      #expect(results.withLock { $0.allSatisfy { $0 == alone } })
    }
  }

  /// Twice at once is once: the second waits for the first.
  @Test func programsArePreparedOnce() async {
    await #expect(processExitsWith: .success) {
      DispatchQueue.concurrentPerform(iterations: 8) { _ in BLAS.prepare() }
      let product = Product(m: 5, n: 6, k: 7)
      #expect(product.computed().count == 30)
    }
  }
}
