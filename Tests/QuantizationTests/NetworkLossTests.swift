import Engine
import ONNXFormat
import Testing

@testable import Quantization

/// The network's outputs decide what is kept of a calibration.
@Suite struct NetworkLossTests {
  private static let model = SmallModels.mixed()

  /// Of six units the fifth is held out; with four others sixteen samples are reached.
  @Test func theLossIsTheShareOfTheOutputsVariance() throws {
    let judge = try #require(
      try NetworkLoss(of: Self.model, on: SeededInput(), executor: SerialExecutor()))
    let quantized = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4)))
      .quantize(Self.model).model
    func outputs(_ model: Model) throws -> [Float] {
      var session = Session(try Program(model))
      return try (1...5).flatMap {
        try session.run([SeededInput().input($0)])[0].array(of: Float.self)
      }
    }
    let (y, z) = (try outputs(Self.model), try outputs(quantized))
    var (error, variance) = (0.0, 0.0)
    for output in 0..<5 {
      let values = stride(from: output, to: y.count, by: 5).map { Double(y[$0]) }
      let mean = values.reduce(0, +) / Double(values.count)
      variance += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    for (a, b) in zip(y, z) { error += Double(a - b) * Double(a - b) }
    let loss = try judge.loss(of: quantized, executor: SerialExecutor())
    #expect(abs(loss - error / variance) < 1e-6 * loss)
    #expect(try judge.loss(of: Self.model, executor: SerialExecutor()) < 1e-9)
  }

  @Test func aBiasThatHarmsTheNetworkIsTakenBack() throws {
    let quantizer = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4)))
    var calibration = try SequentialWalk(
      Self.model, quantizer: quantizer, ranges: ActivationRanges(), fallback: ActivationRanges()
    ).run(on: SeededInput(), executor: SerialExecutor())
    calibration.layers["w3"]?.biasShift = [20, 20, 20, 20]
    let document = try PreparedModel(Self.model).document
    let networks = WalkNetworks(
      document, activations: ActivationQuantization(), opset: document.opset)
    let judged = try JudgedLayers(
      networks: networks,
      layers: LayerPlan(document, scheme: quantizer.scheme, policy: Policy()).layers
    ).judged(calibration, on: SeededInput(), executor: SerialExecutor())
    #expect(judged.layers["w3"]?.biasShift != [20, 20, 20, 20])
    #expect(judged.layers["w1"]?.weights != nil)
  }
}
