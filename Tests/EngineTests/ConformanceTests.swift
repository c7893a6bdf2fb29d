import Foundation
import Testing

@testable import Engine

struct ConformanceTests {
  /// Operators whose floats may differ from NumPy's: libm functions and sums in another order.
  private static let inexact: Set<String> = [
    "AveragePool", "BatchNormalization", "Conv", "Erf", "Exp", "Gemm", "GlobalAveragePool",
    "HardSigmoid", "HardSwish", "LayerNormalization", "MatMul", "Pow", "ReduceMean", "Sigmoid",
    "Softmax", "Tanh",
  ]

  /// Differences allowed relative to 1 or to the value, whichever is larger; 0 where none is.
  private static func tolerance(_ node: Node, _ testCase: ConformanceCase) -> Double {
    // Its expected values are printed with four decimals.
    if testCase.name == "test_averagepool_2d_ceil_last_window_starts_on_pad" { return 1e-4 }
    return inexact.contains(node.opType) ? 1e-5 : 0
  }

  /// Operators without a case of their own.
  private static let withoutCases: Set<String> = [
    "QuantizeDequantize"  // Not ONNX's; QuantizationOperatorTests holds it to the pair it replaces.
  ]

  @Test(arguments: ConformanceCase.committed)
  func agrees(_ testCase: ConformanceCase) throws {
    let node = try #require(try testCase.loadNode())
    let expected = try testCase.tensors("output")
    let actual = try testCase.run(node)
    #expect(!expected.isEmpty && actual.count >= expected.count)
    // What is inferred without values, where they are not needed, is what is produced with them.
    if let inferred = try? testCase.typesWithoutValues(node) {
      #expect(inferred == actual.map(\.type))
    }
    for (actual, expected) in zip(actual, expected) {
      #expect(actual.type == expected.type)
      let difference = difference(actual, expected)
      #expect(difference <= Self.tolerance(node, testCase))
    }
  }

  @Test func everyListedOperatorHasACase() throws {
    let covered = Set(try ConformanceCase.committed.compactMap { try $0.loadNode()?.opType })
    let standard = OperatorRegistry.standard.kernels.filter { $0.domain.isEmpty }
    let listed = Set(standard.map { $0.opType })
    #expect(listed.subtracting(covered).subtracting(Self.withoutCases).isEmpty)
  }

  /// Wrong values fail; cases the engine refuses are printed with the reason.
  @Test(.enabled(if: ConformanceCase.everyFolder != nil)) func everyCaseOfTheStandard() throws {
    let listed = Set(OperatorRegistry.standard.kernels.map { $0.opType })
    var agreeing = 0
    for testCase in ConformanceCase.all(in: ConformanceCase.everyFolder ?? "") {
      guard let node = try? testCase.loadNode(), listed.contains(node.opType) else { continue }
      do {
        let expected = try testCase.tensors("output")
        let actual = try testCase.run(node)
        #expect(
          !expected.isEmpty && zip(actual, expected).allSatisfy { $0.type == $1.type },
          "\(testCase.name)")
        let worst = zip(actual, expected).map(difference).max() ?? 0
        #expect(worst <= Self.tolerance(node, testCase), "\(testCase.name)")
        agreeing += 1
      } catch {
        print("refused \(testCase.name): \(error)")
      }
    }
    print("\(agreeing) cases ran")
  }

  /// The largest difference, of floats relative to 1 or to the expected value, whichever is larger.
  private func difference(_ actual: Tensor, _ expected: Tensor) -> Double {
    guard actual.type == expected.type else { return .infinity }
    switch actual.dtype {
    case .float32: return difference(actual.array(of: Float.self), expected.array(of: Float.self))
    case .float64: return difference(actual.array(of: Double.self), expected.array(of: Double.self))
    default:
      let isSame = actual.withBytes { a in expected.withBytes { a.elementsEqual($0) } }
      return isSame ? 0 : .infinity
    }
  }

  private func difference<T: BinaryFloatingPoint>(_ actual: [T], _ expected: [T]) -> Double {
    zip(actual, expected).map { actual, expected in
      if actual == expected || (actual.isNaN && expected.isNaN) { return 0 }
      let difference = abs(Double(actual) - Double(expected)) / max(1, abs(Double(expected)))
      return difference.isNaN ? .infinity : difference
    }.max() ?? 0
  }
}
