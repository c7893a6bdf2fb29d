import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// What became of one conformance case.
public struct ConformanceResult: Sendable {
  public enum Status: String, Sendable {
    case passed, failed, unsupported
  }

  public let name: String
  public let status: Status
  /// The largest difference of any output element; nil where nothing was compared.
  public let maxAbsError: Double?
  /// Why it failed or is refused; empty where it passed.
  public let detail: String
}

/// Runs conformance cases and compares each output with the one the case holds.
public struct ConformanceRun: Sendable {
  /// |actual − expected| ≤ absolute + relative · |expected|, the rule and defaults of ONNX's own runner.
  public var relative = 1e-3
  public var absolute = 1e-7
  /// How quantized layers are computed.
  public var arithmetic: Arithmetic

  public init(
    relative: Double = 1e-3, absolute: Double = 1e-7, arithmetic: Arithmetic = .float
  ) {
    (self.relative, self.absolute, self.arithmetic) = (relative, absolute, arithmetic)
  }

  public func run(_ testCase: ConformanceCase) -> ConformanceResult {
    let program: Program
    do {
      program = try Program(Model(contentsOf: testCase.modelPath), arithmetic: arithmetic)
    } catch let error as GraphError where error.isRefusal {
      return result(testCase, .unsupported, nil, "\(error)")
    } catch {
      return result(testCase, .failed, nil, "\(error)")
    }
    var worst = 0.0
    for dataSet in testCase.dataSets {
      do {
        worst = max(worst, try compare(program, dataSet))
      } catch let error as GraphError where error.isRefusal {
        return result(testCase, .unsupported, nil, "\(error)")
      } catch let error as Disagreement {
        return result(testCase, .failed, error.maxAbsError, error.detail)
      } catch {
        return result(testCase, .failed, nil, "\(error)")
      }
    }
    guard !testCase.dataSets.isEmpty else {
      return result(testCase, .failed, nil, "it has no test_data_set_0")
    }
    return result(testCase, .passed, worst, "")
  }

  private func result(
    _ testCase: ConformanceCase, _ status: ConformanceResult.Status, _ error: Double?,
    _ detail: String
  ) -> ConformanceResult {
    ConformanceResult(name: testCase.name, status: status, maxAbsError: error, detail: detail)
  }

  private struct Disagreement: Error {
    let maxAbsError: Double?
    let detail: String
  }

  /// Runs one data set; returns the largest difference that the tolerance allowed.
  private func compare(_ program: Program, _ dataSet: URL) throws -> Double {
    let given = try ConformanceCase.tensors("input", in: dataSet)
    let expected = try ConformanceCase.tensors("output", in: dataSet)
    let inputs = try program.inputs.indices.map { index in
      guard let tensor = given[index] else {
        throw Disagreement(maxAbsError: nil, detail: "the case gives no tensor for input \(index)")
      }
      return try Tensor(tensor)
    }
    var session = Session(program)
    let outputs = try session.run(inputs)
    guard !expected.isEmpty, expected.keys.allSatisfy(outputs.indices.contains) else {
      throw Disagreement(maxAbsError: nil, detail: "the case's outputs are not those of the model")
    }
    return try expected.map { index, tensor in
      let rounding = Self.roundingUnit(of: tensor.elementType)
      return try compare(
        outputs[index], try Tensor(tensor), name: program.outputNames[index], rounding: rounding)
    }.max() ?? 0
  }

  /// Relative distance of neighbouring values of a type that ours are more precise than: whoever computed the expected
  /// values rounded to it at every step.
  private static func roundingUnit(of type: ElementType?) -> Double {
    switch type {
    case .float16: 0x1p-10
    case .bfloat16: 0x1p-7
    default: 0
    }
  }

  private func compare(
    _ actual: Tensor, _ expected: Tensor, name: String, rounding: Double
  ) throws -> Double {
    guard actual.type == expected.type else {
      throw Disagreement(
        maxAbsError: nil, detail: "'\(name)' is \(actual.type), expected \(expected.type)")
    }
    var worst = 0.0
    var wrong = 0
    let values = expected.numbers
    let largest = values.lazy.filter(\.isFinite).map(abs).max() ?? 0
    let absolute = absolute + rounding * largest
    for (a, b) in zip(actual.numbers, values) where a != b && !(a.isNaN && b.isNaN) {
      let difference = abs(a - b)
      worst = difference.isNaN ? .infinity : max(worst, difference)
      if !(difference <= absolute + relative * abs(b)) { wrong += 1 }
    }
    guard wrong == 0 else {
      throw Disagreement(
        maxAbsError: worst,
        detail: "\(wrong) of \(actual.count) elements of '\(name)' differ by up to \(worst)")
    }
    return worst
  }
}

extension GraphError {
  /// Whether the engine says that it does not implement what the model asks for.
  fileprivate var isRefusal: Bool {
    switch self {
    case .unsupportedNodes, .unsupportedElementType, .unsupportedInput: true
    case .notImplemented: true
    case .inNode(_, _, _, let inner): inner.isRefusal
    default: false
    }
  }
}
