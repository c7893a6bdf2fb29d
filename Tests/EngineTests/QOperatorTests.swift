import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// ONNX Runtime's operators on codes, with the outputs that it computes (scripts/qoperator_cases.py).
struct QOperatorTests {
  @Test(arguments: ConformanceCase.codeOperators) func equalsONNXRuntime(
    _ testCase: ConformanceCase
  ) throws {
    let expected = try testCase.tensors("output")
    let model = try Model(contentsOf: testCase.path + "/model.onnx")
    for optimizing in [false, true] {
      var session = Session(try Program(model, optimizing: optimizing))
      let actual = try session.run(testCase.tensors("input"))
      #expect(actual.map(\.type) == expected.map(\.type))
      #expect(zip(actual, expected).allSatisfy { $0.numbers == $1.numbers })
    }
  }

  @Test func everyOperatorHasACase() throws {
    let covered = Set(try ConformanceCase.codeOperators.compactMap { try $0.loadNode()?.opType })
    let listed = OperatorRegistry.standard.kernels.filter { $0.domain == "com.microsoft" }
    #expect(Set(listed.map { $0.opType }) == covered)
  }

  private func run(
    _ opType: String, _ attributes: [String: AttributeValue] = [:], _ inputs: [Tensor?]
  ) throws -> [Tensor] {
    let node = OperatorRunner.node(
      opType, domain: "com.microsoft", opset: 1, attributes, inputs: inputs.count)
    return try OperatorRunner.run(node, inputs)
  }

  private let scale = Tensor(scalar: Float(0.5))
  private let zero = Tensor(scalar: UInt8(10))

  /// (30 − 10) / 2 + (14 − 10) / 2 = 12, and in halves from 10: 34.
  @Test func aSumByHand() throws {
    let a = Tensor([UInt8(30), 255], shape: [2])
    let b = Tensor([UInt8(14), 255], shape: [2])
    let sum = try run("QLinearAdd", [:], [a, scale, zero, b, scale, zero, scale, zero])
    #expect(sum[0].array(of: UInt8.self) == [34, 255])
    let product = try run("QLinearMul", [:], [a, scale, zero, b, scale, zero, scale, zero])
    #expect(product[0].array(of: UInt8.self) == [50, 255])
  }

  /// Omitted zero points are 0; equal scores share 1.
  @Test func softmaxByHand() throws {
    let x = Tensor([Int8](repeating: -7, count: 4), shape: [1, 4])
    let unit = Tensor(scalar: Float(1) / 128)
    let y = try run("QLinearSoftmax", ["opset": .int(13)], [x, scale, nil, unit, nil])
    #expect(y[0].array(of: Int8.self) == [32, 32, 32, 32])
  }

  @Test func whatIsWrongIsRefused() {
    let x = Tensor([UInt8](repeating: 0, count: 4), shape: [1, 1, 2, 2])
    let pool: [Tensor?] = [x, scale, zero, scale, zero]
    #expect(throws: UnsupportedReason.self) {
      try run("QLinearGlobalAveragePool", ["channels_last": .int(1)], pool)
    }
    #expect(throws: UnsupportedReason.self) { try run("QLinearSoftmax", [:], pool) }
    #expect(throws: GraphError.self) {
      try run("QLinearSoftmax", ["opset": .int(13), "axis": .int(4)], pool)
    }
    #expect(throws: GraphError.self) {
      try run("QLinearConcat", ["axis": .int(0)], [scale, zero, x, scale, zero, x])
    }
    #expect(throws: GraphError.self) {
      try run("QLinearAdd", [:], [x, scale, zero, scale, scale, zero, scale, zero])
    }
    let signed = Tensor(scalar: Int8(0))
    #expect(throws: GraphError.self) {
      try run("QLinearSigmoid", [:], [x, scale, signed, scale, zero])
    }
  }

  /// 255 · 127 · 2 = 64,770, of which CPUs without VNNI keep 32,767.
  @Test(arguments: [false, true]) func clampedPairs(isTransposed: Bool) throws {
    let one = Tensor(scalar: Float(1))
    let inputs: [Tensor?] = [
      Tensor([UInt8(255), 255], shape: [1, 2]), one, Tensor(scalar: UInt8(0)),
      Tensor([Int8(127), 127], shape: isTransposed ? [1, 2] : [2, 1]), one, Tensor(scalar: Int8(0)),
    ]
    for (clamps, expected) in [(false, Float(64_770)), (true, 32_767)] {
      var node = OperatorRunner.node(
        "QGemm", domain: "com.microsoft", opset: 1, ["transB": .int(isTransposed ? 1 : 0)],
        inputs: inputs.count)
      node.clampsPairs = clamps
      #expect(try OperatorRunner.run(node, inputs)[0].array(of: Float.self) == [expected])
    }
  }
}
