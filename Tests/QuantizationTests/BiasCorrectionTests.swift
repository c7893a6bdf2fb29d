import CalibrantEngine
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantQuantization

/// On inputs that equal their mean everywhere, a corrected layer's outputs are those of the float layer: all that
/// rounding did to them was the shift that the bias now takes back.
@Suite struct BiasCorrectionTests {
  @Test(arguments: [1, 2, 6])
  func aConvolutionOnItsMeanInputIsUnchanged(group: Int) throws {
    var random = SeededRandom(seed: UInt64(group))
    let shape = [6, 6 / group, 3, 3]
    let weights = random.floats(shape.reduce(1, *))
    for hasBias in [false, true] {
      let bias = hasBias ? random.floats(6) : nil
      let model = Self.model(
        ModelNode(
          "Conv", name: "conv", inputs: ["x", "w"] + (hasBias ? ["b"] : []), outputs: ["y"],
          attributes: ["group": .int(group), "kernel_shape": .ints([3, 3])]),
        input: [.symbolic("N"), .fixed(6), .fixed(5), .fixed(5)], weights, shape, bias)
      try expectUnchanged(
        model, input: [1, 6, 5, 5], means: random.floats(6).map { Double($0) + 1 })
    }
  }

  @Test(arguments: [0, 1])
  func aGemmOnItsMeanInputIsUnchanged(transposesB: Int) throws {
    var random = SeededRandom(seed: 9)
    let shape = transposesB == 1 ? [4, 7] : [7, 4]
    let model = Self.model(
      ModelNode(
        "Gemm", name: "fc", inputs: ["x", "w", "b"], outputs: ["y"],
        attributes: ["transB": .int(transposesB)]),
      input: [.symbolic("N"), .fixed(7)], random.floats(28), shape, random.floats(4))
    try expectUnchanged(model, input: [1, 7], means: random.floats(7).map { Double($0) + 1 })
  }

  private func expectUnchanged(_ model: Model, input: Shape, means: [Double]) throws {
    let quantizer = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4)))
    let plain = try quantizer.quantize(model).model
    let corrected = try quantizer.quantize(model, means: ChannelMeans(["x": means])).model
    let plane = input.count(2...)
    let values = means.flatMap { [Float](repeating: Float($0), count: plane) }
    let x = Tensor(values, shape: input)
    let expected = try Self.run(model, x)
    let before = zip(try Self.run(plain, x), expected).map { abs($0 - $1) }.max() ?? 0
    let after = zip(try Self.run(corrected, x), expected).map { abs($0 - $1) }.max() ?? 0
    #expect(before > 0.01, "4-bit rounding must have something to correct")
    // The bias is float32 and sums have some fifty terms of size one.
    #expect(after < 1e-5)
  }

  private static func run(_ model: Model, _ x: Tensor) throws -> [Float] {
    var session = Session(try Program(model))
    return try session.run([x])[0].array(of: Float.self)
  }

  private static func model(
    _ node: ModelNode, input: [Dimension], _ weights: [Float], _ shape: [Int], _ bias: [Float]?
  ) -> Model {
    var initializers = [
      ModelTensor(name: "w", elementType: .float32, dims: shape, values: weights)
    ]
    if let bias {
      initializers.append(
        ModelTensor(name: "b", elementType: .float32, dims: [bias.count], values: bias))
    }
    let output = ModelValue(
      name: "y", elementType: .float32, dimensions: input.map { _ in .unknown })
    return Model(
      graph: ModelGraph(
        name: "layer", nodes: [node],
        inputs: [ModelValue(name: "x", elementType: .float32, dimensions: input)],
        outputs: [output], initializers: initializers), opset: 13)
  }
}
