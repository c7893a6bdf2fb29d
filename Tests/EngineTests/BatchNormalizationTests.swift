import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// Batch normalization in training mode; values are NumPy's.
struct BatchNormalizationTests {
  private static let inputs = [
    Tensor([1 as Float, 2, 3, 4, 10, 20, 30, 50], shape: [2, 2, 2]),
    Tensor([2 as Float, 1], shape: [2]), Tensor([0.5 as Float, -1], shape: [2]),
    Tensor([0 as Float, 1], shape: [2]), Tensor([1 as Float, 2], shape: [2]),
  ]
  // Channel 0 is 1, 2, 10, 20 (mean 8.25, variance 58.1875), channel 1 is 3, 4, 30, 50 (21.75, 383.1875).
  private static let y: [Float] = [
    -1.400_873_1, -1.138_683_7, -1.957_845_8, -1.906_760_7, 0.958_831_4, 3.580_725_3, -0.578_547_9,
    0.443_154_3,
  ]

  @Test(arguments: [14, 15]) func normalizesByTheBatch(opset: Int) throws {
    let result = try OperatorRunner.run(
      "BatchNormalization", opset: opset, ["training_mode": .int(1), "momentum": .float(0.75)],
      inputs: Self.inputs, outputs: 3)
    #expect(largestDifference(result[0].array(of: Float.self), Self.y) < 1e-5)
    // Running mean 0.75 · old + 0.25 · new.
    #expect(largestDifference(result[1].array(of: Float.self), [2.0625, 6.1875]) < 1e-5)
    #expect(largestDifference(result[2].array(of: Float.self), [15.296_875, 97.296_875]) < 1e-4)
  }

  /// Before opset 14 the outputs that only training has ask for it.
  @Test func outputsAskForTraining() throws {
    let result = try OperatorRunner.run(
      "BatchNormalization", opset: 13, inputs: Self.inputs, outputs: 5)
    #expect(largestDifference(result[0].array(of: Float.self), Self.y) < 1e-5)
    #expect(largestDifference(result[3].array(of: Float.self), [8.25, 21.75]) < 1e-5)
  }

  /// What a batch decides is not folded into the convolution before it.
  @Test func isNotFolded() throws {
    var b = GraphBuilder()
    b.conv("x", "c")
    b.batchNormalization("c", "y")
    b.nodes[1][attribute: "training_mode"] = .int(1)
    let model = b.model("y", opset: 15)
    let x = [images(2)]
    let written = try floats(Program(model, optimizing: false), x)[0]
    #expect(largestDifference(try floats(Program(model), x)[0], written) < 1e-4)
  }
}
