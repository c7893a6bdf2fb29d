import CalibrantLinearAlgebra
import Testing

struct ExactSumTests {
  @Test func sumsForgetOrderAndKeepSmallParts() {
    var forward = ExactSum()
    var backward = ExactSum()
    let terms = [1e300, 1.0, -1e300, 0x1p-1074, -3.5, 1e-20, 0x1.fffffffffffffp52, -1e-20]
    for term in terms { forward.add(term) }
    for term in terms.reversed() { backward.add(term) }
    #expect(forward == backward)
    #expect(forward.value == 0x1.fffffffffffffp52 - 2.5)
    forward.add(-0x1.fffffffffffffp52)
    forward.add(2.5)
    #expect(forward.value == 0x1p-1074)
    forward.add(-0x1p-1074)
    #expect(forward == ExactSum())
    var negative = ExactSum()
    for _ in 0..<3 { negative.add(-0x1p31) }
    #expect(negative.value == -3 * 0x1p31)
  }
}
