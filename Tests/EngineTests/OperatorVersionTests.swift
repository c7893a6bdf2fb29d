import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// Forms of operators from older operator sets, of which the `onnx` package has no cases any more.
struct OperatorVersionTests {
  private static let matrix = Tensor((0..<6).map { Float($0) }, shape: [2, 3])

  private func floats(_ tensors: [Tensor]) -> [Float] { tensors[0].array(of: Float.self) }

  @Test func clipWithAttributes() throws {
    let y = try OperatorRunner.run(
      "Clip", opset: 6, ["min": .float(1), "max": .float(3.5)], inputs: [Self.matrix])
    #expect(floats(y) == [1, 1, 2, 3, 3.5, 3.5])
  }

  @Test func sliceWithAttributes() throws {
    let y = try OperatorRunner.run(
      "Slice", opset: 9, ["starts": .ints([-2]), "ends": .ints([1000]), "axes": .ints([1])],
      inputs: [Self.matrix])
    #expect(y[0].shape == [2, 2])
    #expect(floats(y) == [1, 2, 4, 5])
  }

  @Test func padWithAttributes() throws {
    let y = try OperatorRunner.run(
      "Pad", opset: 2, ["pads": .ints([0, 1, 1, -1]), "value": .float(9)], inputs: [Self.matrix])
    #expect(y[0].shape == [3, 3])
    #expect(floats(y) == [9, 0, 1, 9, 3, 4, 9, 9, 9])
  }

  /// Before opset 13 all axes from `axis` on are one row; 2 · 2 equal elements then get a quarter each.
  @Test func softmaxOverFlattenedAxes() throws {
    let x = Tensor([Float](repeating: 3, count: 8), shape: [2, 2, 2])
    let old = try OperatorRunner.run("Softmax", opset: 12, inputs: [x])
    #expect(floats(old) == [Float](repeating: 0.25, count: 8))
    let new = try OperatorRunner.run("Softmax", opset: 13, ["axis": .int(1)], inputs: [x])
    #expect(floats(new) == [Float](repeating: 0.5, count: 8))
  }

  @Test func squeezeAndUnsqueezeWithAttributes() throws {
    let x = Tensor([1 as Float, 2], shape: [1, 2, 1])
    let squeezed = try OperatorRunner.run("Squeeze", opset: 11, ["axes": .ints([-1])], inputs: [x])
    #expect(squeezed[0].shape == [1, 2])
    let grown = try OperatorRunner.run(
      "Unsqueeze", opset: 11, ["axes": .ints([0, 4])], inputs: [x])
    #expect(grown[0].shape == [1, 1, 2, 1, 1])
  }

  @Test func reduceMeanWithAttributes() throws {
    let y = try OperatorRunner.run(
      "ReduceMean", opset: 13, ["axes": .ints([0]), "keepdims": .int(0)], inputs: [Self.matrix])
    #expect(y[0].shape == [3])
    #expect(floats(y) == [1.5, 2.5, 3.5])
  }

  @Test func splitWithAttributes() throws {
    let y = try OperatorRunner.run(
      "Split", opset: 11, ["axis": .int(1), "split": .ints([1, 2])], inputs: [Self.matrix],
      outputs: 2)
    #expect(floats(y) == [0, 3])
    #expect(y[1].array(of: Float.self) == [1, 2, 4, 5])
  }

  @Test func constantsOfEveryAttribute() throws {
    func value(_ name: String, _ value: AttributeValue) throws -> Tensor {
      try OperatorRunner.run("Constant", opset: 13, [name: value], inputs: [])[0]
    }
    #expect(try value("value_float", .float(2)).array(of: Float.self) == [2])
    #expect(try value("value_floats", .floats([2, 3])).array(of: Float.self) == [2, 3])
    #expect(try value("value_int", .int(4)).integers == [4])
    #expect(try value("value_ints", .ints([4, 5])).shape == [2])
  }

  @Test func batchNormalizationPerElementIsRefused() {
    let x = Tensor([1 as Float], shape: [1, 1])
    let one = Tensor([1 as Float], shape: [1])
    #expect(throws: UnsupportedReason.self) {
      try OperatorRunner.run(
        "BatchNormalization", opset: 8, ["spatial": .int(0)],
        inputs: [x, one, one, one, one])
    }
  }
}
