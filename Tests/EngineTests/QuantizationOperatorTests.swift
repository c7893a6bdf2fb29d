import CalibrantONNXFormat
import Testing
import TestSupport

@testable import CalibrantEngine

struct QuantizationOperatorTests {
  private static let dtypes: [DType] = [.int8, .uint8, .int16, .uint16, .int4, .uint4]

  private func code(_ values: [Int], _ shape: Shape, _ dtype: DType) -> Tensor {
    switch dtype {
    case .int8, .int4: Tensor(values.map { Int8($0) }, shape: shape, dtype: dtype)
    case .uint8, .uint4: Tensor(values.map { UInt8($0) }, shape: shape, dtype: dtype)
    case .int16: Tensor(values.map { Int16($0) }, shape: shape)
    default: Tensor(values.map { UInt16($0) }, shape: shape)
    }
  }

  /// Values on and beside every kind of edge: halves, limits, signed zeros, far outside.
  private func awkward(_ count: Int) -> [Float] {
    var random = SeededRandom(seed: 11)
    let edges: [Float] = [
      0, -0.0, 0.25, 0.75, 1.25, -0.25, -0.75, 63.5, 64, -64.25, 1e30, -1e30, .infinity, -.infinity,
      1e-30, 32767.75,
    ]
    return (edges + random.floats(max(0, count - edges.count)).map { $0 * 100 }).prefix(count).map {
      $0
    }
  }

  @Test(arguments: dtypes) func agreesWithTheDefinition(_ dtype: DType) throws {
    let limits = try #require(dtype.quantizationLimits)
    let x = awkward(300)
    let zeroPoint = (limits.lowerBound + limits.upperBound + 1) / 2 + 3
    let scale: Float = 0.5
    let q = try OperatorRunner.run(
      "QuantizeLinear", opset: 21,
      inputs: [
        Tensor(x, shape: [300]), Tensor(scalar: scale), code([zeroPoint], [], dtype),
      ])[0]
    #expect(q.dtype == dtype)
    let expected = x.map { x -> Int in
      let steps = Double((x / scale).rounded(.toNearestOrEven)) + Double(zeroPoint)
      return Int(min(max(steps, Double(limits.lowerBound)), Double(limits.upperBound)))
    }
    #expect(q.integers == expected)
  }

  /// The fused operator is bit for bit the pair it replaces.
  @Test(arguments: dtypes, [nil, 0, 1, -1]) func fusedEqualsThePair(
    _ dtype: DType, axis: Int?
  ) throws {
    let shape: Shape = [3, 4, 25]
    let x = Tensor(awkward(shape.elementCount), shape: shape)
    let count = axis.map { shape[shape.resolve(axis: $0)!] } ?? 1
    let limits = try #require(dtype.quantizationLimits)
    var random = SeededRandom(seed: 5)
    let scales = random.floats(count).map { abs($0) + 0.01 }
    let zeros = (0..<count).map { limits.lowerBound + ($0 * 5) % (limits.count) }
    let parameters: Shape = axis == nil ? [] : [count]
    let scale = Tensor(scales, shape: parameters)
    let zeroPoint = code(zeros, parameters, dtype)
    let attributes: [String: AttributeValue] = axis.map { ["axis": .int($0)] } ?? [:]
    let codes = try OperatorRunner.run(
      "QuantizeLinear", opset: 21, attributes, inputs: [x, scale, zeroPoint])
    let pair = try OperatorRunner.run(
      "DequantizeLinear", opset: 21, attributes, inputs: [codes[0], scale, zeroPoint])
    let node = OperatorRunner.node(QuantizeDequantize(axis: axis ?? 1), inputs: 3)
    let fused = try OperatorRunner.run(node, [x, scale, zeroPoint])
    #expect(
      fused[0].array(of: Float.self).map(\.bitPattern)
        == pair[0].array(of: Float.self).map(\.bitPattern))
  }

  @Test func biasesAreDequantizedFromInt32() throws {
    let y = try OperatorRunner.run(
      "DequantizeLinear", opset: 13, ["axis": .int(0)],
      inputs: [
        Tensor([Int32(100_000), -3], shape: [2]), Tensor([0.5 as Float, 0.25], shape: [2]),
      ])
    #expect(y[0].array(of: Float.self) == [50_000, -0.75])
  }

  @Test func refusesScalesThatDoNotFit() {
    #expect(throws: GraphError.self) {
      try OperatorRunner.run(
        "QuantizeLinear", opset: 13, ["axis": .int(1)],
        inputs: [
          Tensor([1 as Float, 2, 3, 4], shape: [2, 2]), Tensor([1 as Float, 2, 3], shape: [3]),
          nil,
        ])
    }
  }
}
