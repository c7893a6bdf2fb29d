import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

/// A network of which quantization loses a layer is not written in silence: the layer is named, and leaving the named
/// layers in float keeps the network whole.
@Suite struct LostLayerTests {
  /// Three convolutions and a classifier; one channel between the second and the third may be `factor` times as large
  /// as it was, which the third takes back: the same function.
  private static func model(factor: Float) -> Model {
    var random = SeededRandom(seed: 21)
    func weights(_ name: String, _ dims: [Int], _ scale: (Int) -> Float = { _ in 1 }) -> ModelTensor
    {
      let values = random.floats(dims.reduce(1, *)).enumerated().map {
        $0.element * scale($0.offset)
      }
      return ModelTensor(name: name, elementType: .float32, dims: dims, values: values)
    }
    let nodes = [
      ModelNode("Conv", name: "first", inputs: ["image", "w1"], outputs: ["c1"]),
      ModelNode("Relu", name: "relu1", inputs: ["c1"], outputs: ["r1"]),
      ModelNode("Conv", name: "second", inputs: ["r1", "w2"], outputs: ["c2"]),
      ModelNode("Relu", name: "relu2", inputs: ["c2"], outputs: ["r2"]),
      ModelNode("Conv", name: "third", inputs: ["r2", "w3"], outputs: ["c3"]),
      ModelNode("Relu", name: "relu3", inputs: ["c3"], outputs: ["r3"]),
      ModelNode("GlobalAveragePool", name: "pool", inputs: ["r3"], outputs: ["p"]),
      ModelNode("Flatten", name: "flat", inputs: ["p"], outputs: ["f"]),
      ModelNode("Gemm", name: "fc", inputs: ["f", "w4"], outputs: ["scores"]),
    ]
    let image: [CalibrantONNXFormat.Dimension] = [.symbolic("N"), .fixed(3), .fixed(8), .fixed(8)]
    return Model(
      graph: ModelGraph(
        name: "fragile", nodes: nodes,
        inputs: [ModelValue(name: "image", elementType: .float32, dimensions: image)],
        outputs: [ModelValue(name: "scores", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          weights("w1", [8, 3, 3, 3]),
          weights("w2", [8, 8, 1, 1]) { $0 < 8 ? factor : 1 },
          weights("w3", [12, 8, 3, 3]) { $0 / 9 % 8 == 0 ? 1 / factor : 1 },
          weights("w4", [12, 4]),
        ]), opset: 13)
  }

  private static func calibrate(
    _ model: Model, _ scheme: String, excluding: [String] = []
  ) throws -> (quantized: QuantizedModel, lost: LostLayer?) {
    var options = QuantizationOptions()
    options.policy.excluded = excluding.map { Glob($0) }
    let job = try QuantizationJob(model, Preprocessing(mean: [0.5, 0.5, 0.5]), options)
    let scheme = try SchemeName(scheme)
    let data = CalibrationData(try NoiseSource(count: 80, for: Program(model)))
    let targets = try job.targets([scheme])
    let statistics =
      targets.isEmpty
      ? [:]
      : try Calibrator(jobs: 1).observe(job.model, targets: targets, on: data.source).statistics
    return try job.checkedActivationBased(
      scheme, statistics, method: MinMax(), on: data, CalibrationWalk(jobs: 1))
  }

  @Test(arguments: ["w8a8", "w4a8"]) func theLayerIsNamedWithWhatHelps(scheme: String) throws {
    let model = Self.model(factor: 10_000)
    let lost = try #require(try Self.calibrate(model, scheme).lost)
    #expect(lost.name == "third" && lost.remedy == ["third"])
    #expect(lost.warning.contains("--exclude 'third'"))
    let followed = try Self.calibrate(model, scheme, excluding: lost.remedy)
    #expect(followed.lost == nil)
    let errors = followed.quantized.layers.compactMap(\.relativeError)
    #expect(errors.count == 4 && errors.max() == lost.errorWithRemedy)
    #expect(errors.allSatisfy { $0 < 0.1 })
  }

  /// Where outputs are no class scores a remedy is one that keeps the outputs, whatever it does to layers.
  @Test func aRemedyIsJudgedByOutputs() throws {
    var model = Self.model(factor: 10_000)
    model.graph.outputs = [ModelValue(name: "r3", elementType: .float32, dimensions: [.unknown])]
    model.graph.nodes.removeLast(3)
    let lost = try #require(try Self.calibrate(model, "w8a8").lost)
    #expect(lost.name == "third" && lost.remedy == ["third"])
    let (before, after) = (
      try #require(lost.outputLoss), try #require(lost.outputLossWithRemedy)
    )
    #expect(before > LostLayer.networkThreshold && after < LostLayer.networkThreshold)
    #expect(lost.warning.contains("--exclude 'third' keeps the outputs"))
    #expect(try Self.calibrate(Self.model(factor: 10_000), "w8a8").lost?.outputLoss == nil)
  }

  @Test(arguments: ["w8", "w8a8", "w4", "w4a8"]) func soundNetworksAreNotAccused(scheme: String)
    throws
  {
    let (quantized, lost) = try Self.calibrate(Self.model(factor: 1), scheme)
    #expect(lost == nil)
    #expect(quantized.layers.allSatisfy { ($0.relativeError ?? 1) < 0.1 })
  }

  /// What was fitted is compared with simpler ways to the same file, and the one that loses least is taken.
  @Test func theBestApproachIsTaken() throws {
    let model = Self.model(factor: 1)
    let job = try QuantizationJob(
      model, Preprocessing(mean: [0.5, 0.5, 0.5]), QuantizationOptions())
    let data = CalibrationData(try NoiseSource(count: 20, for: Program(model)))
    let (fine, coarse) = (try SchemeName("w8"), try SchemeName("w4"))
    let walk = CalibrationWalk(jobs: 1)
    let bad = try job.rounded(coarse)
    let judge = try walk.judge(of: job, fine, on: data)
    let best = try job.best(of: bad, fine, [:], method: Auto(), walk, judge: judge)
    #expect(best.approaches.map(\.approach) == [.fitted, .nearest, .dataFree])
    let least = try #require(best.approaches.min { $0.loss < $1.loss })
    #expect(least.approach != .fitted && best.bitsPerWeight == 8)
    #expect(best.approachNote?.contains(least.approach.rawValue) == true)
    let fitted = try job.activationBased(fine, [:], method: Auto(), on: data, walk)
    #expect(
      try job.best(of: fitted, fine, [:], method: MinMax(), walk, judge: judge).layers
        == fitted.layers)
  }

  @Test func layersKnowWhatTheyRead() throws {
    let feeders = try PreparedModel(Self.model(factor: 1)).layersFeedingLayers()
    #expect(
      feeders == ["first": [], "second": ["first"], "third": ["second"], "fc": ["third"]])
  }
}
