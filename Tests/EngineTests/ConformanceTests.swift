import Foundation
import Testing

@testable import CalibrantEngine

struct ConformanceTests {
  /// Floats may differ from NumPy's by this much relative to 1 or to the value, whichever is larger: libm functions and
  /// sums in another order. All other types are exact.
  private static func tolerance(_ testCase: ConformanceCase) -> Double {
    switch testCase.name {
    // Its expected values are printed with four decimals.
    case "test_averagepool_2d_ceil_last_window_starts_on_pad": 1e-4
    // Its expected values went through float32 at every step.
    case "test_gridsample_bicubic": 5e-5
    // Its expected values are rounded to four decimals.
    case "test_roialign_aligned_false", "test_roialign_aligned_true": 1e-4
    default: 1e-5
    }
  }

  /// Operators without a case of their own.
  private static let withoutCases: Set<String> = [
    // Its cases hold sequences; ControlFlowTests runs it.
    "If",
    // The package has none; PoolingTests compares it with LpPool.
    "GlobalLpPool",
  ]

  @Test(arguments: ConformanceCase.committed)
  func agrees(_ testCase: ConformanceCase) throws {
    let node = try #require(try testCase.loadNode())
    let expected = try testCase.tensors("output")
    let actual = try testCase.run(node)
    // A case has values for the outputs that its node names.
    let named = zip(node.outputs, actual).filter { $0.0 != nil }.map(\.1)
    #expect(!expected.isEmpty && actual.count >= expected.count)
    // What is inferred without values, where they are not needed, is what is produced with them.
    if let inferred = try? testCase.typesWithoutValues(node) {
      #expect(inferred == actual.map(\.type))
    }
    for (actual, expected) in zip(named, expected) {
      #expect(actual.type == expected.type)
      let difference = difference(actual, expected)
      #expect(difference <= Self.tolerance(testCase))
    }
  }

  @Test func everyListedOperatorHasACase() throws {
    let covered = Set(try ConformanceCase.committed.compactMap { try $0.loadNode()?.opType })
    let standard = OperatorRegistry.standard.kernels.filter { $0.domain.isEmpty }
    let listed = Set(standard.map { $0.opType })
    #expect(listed.subtracting(covered).subtracting(Self.withoutCases).isEmpty)
  }

  /// The largest difference, of floats relative to 1 or to the expected value, whichever is larger.
  private func difference(_ actual: Tensor, _ expected: Tensor) -> Double {
    guard actual.type == expected.type else { return .infinity }
    guard actual.dtype == .float32 else {
      return actual.numbers.elementsEqual(expected.numbers) { $0 == $1 || ($0.isNaN && $1.isNaN) }
        ? 0 : .infinity
    }
    return zip(actual.numbers, expected.numbers).map { actual, expected in
      if actual == expected || (actual.isNaN && expected.isNaN) { return 0 }
      let difference = abs(actual - expected) / max(1, abs(expected))
      return difference.isNaN ? .infinity : difference
    }.max() ?? 0
  }
}
