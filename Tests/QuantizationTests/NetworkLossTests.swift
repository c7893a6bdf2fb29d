import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

/// The network's outputs decide what is kept of a calibration.
@Suite struct NetworkLossTests {
  private static let model = SmallModels.mixed()

  /// Of six units the fifth is held out; with four others sixteen samples are reached. Class scores count half by themselves
  /// and half as their probabilities weigh them.
  @Test func theLossIsTheShareOfTheOutputsVariance() throws {
    let judge = try #require(
      try NetworkLoss(of: PreparedModel(Self.model), on: SeededInput(), executor: SerialExecutor()))
    let quantized = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4)))
      .quantize(Self.model).model
    func outputs(_ model: Model) throws -> [[Double]] {
      var session = Session(try Program(model))
      return try (1...5).flatMap {
        let values = try session.run(SeededInput().inputs($0))[0].array(of: Float.self)
        return stride(from: 0, to: values.count, by: 5).map { values[$0..<$0 + 5].map(Double.init) }
      }
    }
    let (y, z) = (try outputs(Self.model), try outputs(quantized))
    let means = (0..<5).map { i in y.reduce(0) { $0 + $1[i] } / Double(y.count) }
    func squares(_ rows: [[Double]]) -> [(plain: Double, weighted: Double)] {
      zip(y, rows).map { y, row in
        let exponentials = y.map { exp($0) }
        let p = exponentials.map { $0 / exponentials.reduce(0, +) }
        let first = zip(p, row).reduce(0) { $0 + $1.0 * $1.1 }
        let second = zip(p, row).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
        return (row.reduce(0) { $0 + $1 * $1 }, second - first * first)
      }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let variances = squares(y.map { zip($0, means).map { $0 - $1 } })
    let (variance, weighted) = (mean(variances.map(\.plain)), mean(variances.map(\.weighted)))
    let errors = squares(zip(y, z).map { zip($0, $1).map { $1 - $0 } })
    let error = mean(
      errors.map { pow(($0.plain / variance + $0.weighted / weighted) / 2, 0.75) })
    let expected = pow(error, 4.0 / 3)
    let loss = try judge.loss(of: quantized, executor: SerialExecutor())
    #expect(abs(loss - expected) < 1e-5 * loss)
    #expect(try judge.loss(of: Self.model, executor: SerialExecutor()) < 1e-9)
  }

  /// Outputs of different lengths lose a share of their variance about the mean of all values.
  @Test func outputsMayDifferInLength() throws {
    var b = ModelBuilder()
    b.weights("w1", [5, 3, 3, 3])
    b.node("Conv", ["image", "w1"], "logits", ["pads": .ints([1, 1, 1, 1])])
    let model = b.model(input: [3, 8, -1])
    let input = SeededLines()
    let judge = try #require(
      try NetworkLoss(of: PreparedModel(model), on: input, executor: SerialExecutor()))
    let quantized = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: 3)))
      .quantize(model).model
    let judges = SamplingPlan(unitCount: 20, sampleCount: 20).judges { _ in 1 }
    func outputs(_ model: Model) throws -> [[Double]] {
      var session = Session(try Program(model))
      return try judges.map {
        try session.run(input.inputs($0))[0].array(of: Float.self).map(Double.init)
      }
    }
    let (y, z) = (try outputs(model), try outputs(quantized))
    let values = y.flatMap { $0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(y.count)
    let errors = zip(y, z).map { y, z in
      pow(zip(y, z).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / variance, 0.75)
    }
    let expected = pow(errors.reduce(0, +) / Double(errors.count), 4.0 / 3)
    let loss = try judge.loss(of: quantized, executor: SerialExecutor())
    #expect(loss > 0 && abs(loss - expected) < 1e-5 * expected)
  }

  /// Boxes, and scores of 0 to 1 beside them in the same output.
  private static func detector(boxes: Float = 1, scores: Float = 1) -> Model {
    var b = ModelBuilder()
    b.weights("boxWeights", [2, 3, 3, 3], scale: 30 * boxes)
    b.weights("scoreWeights", [3, 3, 3, 3], scale: 0.3 * scores)
    b.node("Conv", ["image", "boxWeights"], "boxes")
    b.node("Conv", ["image", "scoreWeights"], "before")
    b.node("Sigmoid", ["before"], "scores")
    b.node("Concat", ["boxes", "scores"], "logits", ["axis": .int(1)])
    return b.model()
  }

  /// Boxes of hundreds that are off by 3 % are the larger error, scores that are all 0.5 the larger loss.
  @Test func aNetworkThatRuinsTheSmallPartLoses() throws {
    let float = Self.detector()
    let judge = try #require(
      try NetworkLoss(of: PreparedModel(float), on: SeededInput(), executor: SerialExecutor()))
    func outputs(_ model: Model) throws -> [(boxes: [Double], scores: [Double])] {
      var session = Session(try Program(model))
      return try (1...5).flatMap {
        let values = try session.run(SeededInput().inputs($0))[0].array(of: Float.self)
        return stride(from: 0, to: values.count, by: 5 * 36).map { start in
          let row = values[start..<start + 5 * 36].map(Double.init)
          return (Array(row[..<72]), Array(row[72...]))
        }
      }
    }
    let y = try outputs(float)
    func squares(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    func variance(_ rows: [[Double]]) -> Double {
      let means = rows[0].indices.map { i in rows.reduce(0) { $0 + $1[i] } / Double(rows.count) }
      return rows.reduce(0) { $0 + squares($1, means) } / Double(rows.count)
    }
    func loss(_ shares: [Double]) -> Double {
      pow(shares.reduce(0) { $0 + pow($1, 0.75) } / Double(shares.count), 4.0 / 3)
    }
    let still = [Double](repeating: 0.5, count: 108)
    let ruined = y.map { squares($0.scores, still) }
    let shifted = y.map { squares($0.boxes, $0.boxes.map { 1.03 * $0 }) }
    #expect(zip(ruined, shifted).allSatisfy { 20 * $0 < $1 })
    let expected = (
      boxes: loss(shifted.map { $0 / variance(y.map(\.boxes)) }),
      scores: loss(ruined.map { $0 / variance(y.map(\.scores)) })
    )
    let boxes = try judge.loss(of: Self.detector(boxes: 1.03), executor: SerialExecutor())
    let scores = try judge.loss(of: Self.detector(scores: 0), executor: SerialExecutor())
    #expect(boxes < scores)
    #expect(abs(boxes - expected.boxes) < 1e-4 * boxes)
    #expect(abs(scores - expected.scores) < 1e-4 * scores)
  }

  /// Samples of a unit are run a few at a time, and what they lose does not depend on it; a run that is behind ends.
  @Test func aHopelessRunEndsEarly() throws {
    let judge = try #require(
      try NetworkLoss(of: PreparedModel(Self.model), on: SeededInput(), executor: SerialExecutor()))
    func errors(bits: Int, against rival: [Double]? = nil) throws -> [Double] {
      let model = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: bits)))
        .quantize(Self.model).model
      return try judge.errors(of: Graph(model), against: rival, executor: SerialExecutor())
    }
    let (fine, coarse) = (try errors(bits: 8), try errors(bits: 2))
    #expect(fine.count == coarse.count && fine.count >= 16)
    let ended = try errors(bits: 2, against: fine)
    #expect(ended == Array(coarse.prefix(ended.count)) && ended.count < coarse.count)
    #expect(try errors(bits: 8, against: coarse) == fine)
  }

  @Test func aBiasThatHarmsTheNetworkIsTakenBack() throws {
    let quantizer = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4)))
    var calibration = try SequentialWalk(
      PreparedModel(Self.model), quantizer: quantizer, ranges: ActivationRanges(),
      fallback: ActivationRanges()
    ).run(on: SeededInput(), executor: SerialExecutor())
    calibration.layers["w3"]?.biasShift = [20, 20, 20, 20]
    let graph = try PreparedModel(Self.model).graph
    let networks = WalkNetworks(graph, activations: ActivationQuantization())
    let judge = try #require(
      try NetworkLoss(of: PreparedModel(Self.model), on: SeededInput(), executor: SerialExecutor()))
    let judged = try JudgedLayers(
      judge: judge, networks: networks,
      layers: LayerPlan(graph, scheme: quantizer.scheme, policy: Policy()).layers,
      limits: SearchLimits()
    ).judged(calibration, executor: SerialExecutor())
    #expect(judged.layers["w3"]?.biasShift != [20, 20, 20, 20])
    #expect(judged.layers["w1"]?.weights != nil)
  }
}
