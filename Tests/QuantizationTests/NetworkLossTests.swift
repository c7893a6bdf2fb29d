import Engine
import Foundation
import ONNXFormat
import Testing

@testable import Quantization

/// The network's outputs decide what is kept of a calibration.
@Suite struct NetworkLossTests {
  private static let model = SmallModels.mixed()

  /// Of six units the fifth is held out; with four others sixteen samples are reached. Class scores count half by themselves
  /// and half as their probabilities weigh them.
  @Test func theLossIsTheShareOfTheOutputsVariance() throws {
    let judge = try #require(
      try NetworkLoss(of: Self.model, on: SeededInput(), executor: SerialExecutor()))
    let quantized = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4)))
      .quantize(Self.model).model
    func outputs(_ model: Model) throws -> [[Double]] {
      var session = Session(try Program(model))
      return try (1...5).flatMap {
        let values = try session.run([SeededInput().input($0)])[0].array(of: Float.self)
        return stride(from: 0, to: values.count, by: 5).map { values[$0..<$0 + 5].map(Double.init) }
      }
    }
    let (y, z) = (try outputs(Self.model), try outputs(quantized))
    let means = (0..<5).map { i in y.reduce(0) { $0 + $1[i] } / Double(y.count) }
    func sums(_ rows: [[Double]]) -> (plain: Double, weighted: Double) {
      zip(y, rows).reduce(into: (0, 0)) { sums, pair in
        let exponentials = pair.0.map { exp($0) }
        let p = exponentials.map { $0 / exponentials.reduce(0, +) }
        let first = zip(p, pair.1).reduce(0) { $0 + $1.0 * $1.1 }
        let second = zip(p, pair.1).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
        sums.plain += pair.1.reduce(0) { $0 + $1 * $1 }
        sums.weighted += second - first * first
      }
    }
    let errors = sums(zip(y, z).map { zip($0, $1).map { $1 - $0 } })
    let variances = sums(y.map { zip($0, means).map { $0 - $1 } })
    let expected = (errors.plain / variances.plain + errors.weighted / variances.weighted) / 2
    let loss = try judge.loss(of: quantized, executor: SerialExecutor())
    #expect(abs(loss - expected) < 1e-5 * loss)
    #expect(try judge.loss(of: Self.model, executor: SerialExecutor()) < 1e-9)
  }

  /// Samples of a unit are run a few at a time, and what they lose does not depend on it; a run that is behind ends.
  @Test func aHopelessRunEndsEarly() throws {
    let judge = try #require(
      try NetworkLoss(of: Self.model, on: SeededInput(), executor: SerialExecutor()))
    func losses(bits: Int, against rival: [Double]? = nil) throws -> [Double] {
      let model = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: bits)))
        .quantize(Self.model).model
      let document = Document(model)
      return try judge.losses(
        of: document, opset: document.opset, against: rival, executor: SerialExecutor())
    }
    let (fine, coarse) = (try losses(bits: 8), try losses(bits: 2))
    #expect(fine.count == coarse.count && fine.count >= 16)
    let ended = try losses(bits: 2, against: fine)
    #expect(ended == Array(coarse.prefix(ended.count)) && ended.count < coarse.count)
    #expect(try losses(bits: 8, against: coarse) == fine)
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
    let judge = try #require(
      try NetworkLoss(of: Self.model, on: SeededInput(), executor: SerialExecutor()))
    let judged = try JudgedLayers(
      judge: judge, networks: networks,
      layers: LayerPlan(document, scheme: quantizer.scheme, policy: Policy()).layers
    ).judged(calibration, executor: SerialExecutor())
    #expect(judged.layers["w3"]?.biasShift != [20, 20, 20, 20])
    #expect(judged.layers["w1"]?.weights != nil)
  }
}
