import Foundation
import Testing

@testable import Engine

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
