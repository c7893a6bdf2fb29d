import Foundation
import Testing

@testable import CalibrantEngine

/// The engine's own exponential and error function against libm in double precision.
struct ScalarFunctionTests {
  private static let points = stride(from: -100.0, through: 100, by: 0.0137).map { Float($0) }

  @Test func exponentialIsWithinTwoUnits() {
    for x in Self.points where x > -87.3 && x < 88.7 {
      let exact = exp(Double(x))
      #expect(abs(Double(exponential(x)) - exact) <= 2 * Double(Float(exact).ulp), "x = \(x)")
    }
  }

  @Test func exponentialAtItsEnds() {
    #expect(exponential(0) == 1)
    #expect(exponential(-.infinity) == 0)
    #expect(exponential(-90) == 0)
    #expect(exponential(89) == .infinity)
    #expect(exponential(.infinity) == .infinity)
    #expect(exponential(.nan).isNaN)
  }

  /// The loops of every instruction set give the bits of the functions here, at every length.
  @Test(arguments: BlockLoops.available) func loopsGiveTheSameBits(loops: BlockLoops) {
    let x = Self.points + [0, -0.0, 1, -1, .infinity, -.infinity, 1e-30, .greatestFiniteMagnitude]
    for start in 0..<33 {
      let x = Array(x[(start * 400)...])
      var erf = [Float](repeating: 0, count: x.count)
      var gelu = erf
      loops.table.pointee.errorFunction(x, Int64(x.count), &erf)
      loops.table.pointee.gelu(x, Int64(x.count), &gelu)
      let expected = x.map { 0.5 * $0 * (1 + errorFunction($0 * 0.707_106_78)) }
      #expect(erf.map(\.bitPattern) == x.map { errorFunction($0).bitPattern })
      #expect(
        gelu.map { $0.isNaN ? 0 : $0.bitPattern } == expected.map { $0.isNaN ? 0 : $0.bitPattern })
    }
  }

  @Test(arguments: BlockLoops.available) func softmaxLoops(loops: BlockLoops) {
    for count in 1..<70 {
      let x = (0..<count).map { Float(($0 * 37) % 101) / 7 - 5 }
      var y = [Float](repeating: 0, count: count)
      loops.table.pointee.softmax(x, Int64(count), &y)
      var best = y
      BlockLoops.best.table.pointee.softmax(x, Int64(count), &best)
      let total = x.reduce(0) { $0 + exp(Double($1)) }
      #expect(y == best)
      for i in 0..<count { #expect(abs(Double(y[i]) - exp(Double(x[i])) / total) < 2e-7) }
    }
  }

  @Test(arguments: BlockLoops.available) func softmaxOfNoNumberIsNone(loops: BlockLoops) {
    for place in [0, 15, 16, 19] {
      var x = [Float](repeating: 1, count: 20)
      x[place] = .nan
      var y = x
      loops.table.pointee.softmax(x, 20, &y)
      #expect(y.allSatisfy { $0.isNaN })
    }
  }

  @Test func errorFunctionIsClose() {
    for x in Self.points {
      #expect(abs(Double(errorFunction(x)) - erf(Double(x))) <= 3e-7, "x = \(x)")
    }
  }

  /// The series keeps small values relatively precise.
  @Test func errorFunctionNearZero() {
    for x in [1e-30, 1e-10, 1e-3, 0.1, 0.7] as [Float] {
      let exact = erf(Double(x))
      #expect(abs(Double(errorFunction(x)) - exact) <= 3 * Double(Float(exact).ulp), "x = \(x)")
      #expect(errorFunction(-x) == -errorFunction(x))
    }
    #expect(errorFunction(.infinity) == 1)
    #expect(errorFunction(.nan).isNaN)
  }
}
