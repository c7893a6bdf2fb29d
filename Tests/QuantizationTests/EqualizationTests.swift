import CalibrantEngine
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

/// Equalization changes the weights and nothing that the float model computes.
@Suite struct EqualizationTests {
  /// Convolution, depthwise and pointwise convolution with ReLU6 between, a branch that two layers read, and a flattened
  /// map before the classifier.
  private static func chain(opset: Int) -> Model {
    var b = ModelBuilder()
    b.weights("w1", [8, 3, 3, 3])
    b.node("Conv", ["image", "w1"], "c1", ["pads": .ints([1, 1, 1, 1])])
    b.batchNormalization("c1", "n1", channels: 8)
    b.constant("zero", [0], [])
    b.constant("six", [0.7], [])
    b.node("Clip", ["n1", "zero", "six"], "r1")
    b.weights("w2", [8, 1, 3, 3])
    b.node("Conv", ["r1", "w2"], "c2", ["pads": .ints([1, 1, 1, 1]), "group": .int(8)])
    b.batchNormalization("c2", "n2", channels: 8)
    b.node("Clip", ["n2", "zero", "six"], "r2")
    b.weights("w3", [6, 8, 1, 1])
    b.weights("b3", [6])
    b.node("Conv", ["r2", "w3", "b3"], "c3")
    b.node("Relu", ["c3"], "r3")
    b.weights("w4", [4, 6, 1, 1])
    b.weights("w5", [4, 6, 3, 3])
    b.node("Conv", ["r3", "w4"], "left")
    b.node("Conv", ["r3", "w5"], "right", ["pads": .ints([1, 1, 1, 1])])
    b.node("Add", ["left", "right"], "sum")
    b.node("Conv", ["sum", "w6"], "c6")
    b.weights("w6", [4, 4, 1, 1])
    b.node("Relu", ["c6"], "r6")
    b.node("MaxPool", ["r6"], "pool", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    b.node("Flatten", ["pool"], "flat")
    b.weights("w7", [5, 64])
    b.weights("b7", [5])
    b.node("Gemm", ["flat", "w7", "b7"], "logits", ["transB": .int(1)])
    return b.model(opset: opset)
  }

  @Test func theFloatModelComputesWhatItDid() throws {
    let model = Self.chain(opset: 13)
    let equalized = try CrossLayerEqualization.equalized(model)
    let before = try SmallModels.run(model)
    let after = try SmallModels.run(equalized)
    let largest = before.map(abs).max() ?? 0
    // Sums of some hundred float32 terms, scaled and scaled back.
    #expect(largestDifference(before, after) < 2e-5 * largest)
    #expect(equalized.graph.nodes.contains { $0.opType == "Min" }, "limits are per channel now")
  }

  @Test func rangesOfChannelsMeet() throws {
    let model = Self.chain(opset: 13)
    let graph = Graph(try CrossLayerEqualization.equalized(model))
    let layers = WeightedLayer.all(in: graph)
    // The third convolution has neither batch norm nor limits: both sides end with the same range.
    let source = try #require(layers.first { $0.weight == "w3" })
    let readers = layers.filter { ["w4", "w5"].contains($0.weight) }
    let written = try #require(try WeightMagnitudes(source, in: graph)).ofOutputs()
    let read = try readers.map { try #require(try WeightMagnitudes($0, in: graph)).ofInputs(6) }
    for channel in 0..<6 {
      let reading = max(read[0][channel], read[1][channel])
      #expect(abs(written[channel] - reading) < 0.01 * reading)
    }
  }

  /// A value that an Add reads as well cannot be scaled for one reader alone.
  @Test func branchesAreLeftAlone() throws {
    let model = SmallModels.mixed()
    let paths = try EqualizationPath.all(in: Graph(model))
    #expect(!paths.contains { $0.source.weight == "w1" })
    let before = try SmallModels.run(model)
    let after = try SmallModels.run(try CrossLayerEqualization.equalized(model))
    #expect(largestDifference(before, after) < 1e-5)
  }
}
