import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

/// More effort looks further; none does without what takes runs of the network.
@Suite struct EffortTests {
  private static let scheme = SchemeName(weightBits: 8, activationBits: 8)
  private static let recipe = Preprocessing(mean: [0.5, 0.5, 0.5])

  /// A sound network whose last layer reads pooled values, with hardly any of the multiply-accumulates.
  private static func model() -> Model {
    func tensor(_ name: String, _ dims: [Int], _ values: [Float]) -> ModelTensor {
      ModelTensor(name: name, elementType: .float32, dims: dims, values: values)
    }
    var random = SeededRandom(seed: 5)
    let nodes = [
      ModelNode(
        "Conv", name: "wide", inputs: ["image", "w1"], outputs: ["c1"],
        attributes: ["pads": .ints([3, 3, 3, 3])]),
      ModelNode("Relu", name: "relu", inputs: ["c1"], outputs: ["r1"]),
      ModelNode("GlobalAveragePool", name: "pool", inputs: ["r1"], outputs: ["p1"]),
      ModelNode("Conv", name: "narrow", inputs: ["p1", "w2"], outputs: ["maps"]),
    ]
    return Model(
      graph: ModelGraph(
        name: "narrow", nodes: nodes,
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .fixed(16), .fixed(16)])
        ],
        outputs: [ModelValue(name: "maps", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          tensor("w1", [8, 3, 7, 7], random.floats(8 * 3 * 49)),
          tensor("w2", [4, 8, 1, 1], random.floats(32)),
        ]), opset: 13)
  }

  private static func file(_ effort: Effort) throws -> QuantizedModel {
    var options = QuantizationOptions()
    options.effort = effort
    let job = try QuantizationJob(model(), recipe, options)
    let data = try CalibrationData(NoiseSource(count: 40, for: Program(job.model)))
    let seen = try Calibrator(jobs: 2).observe(
      job.model, targets: job.targets([scheme]), on: data.source)
    return try job.checkedActivationBased(
      scheme, seen.statistics, method: Auto(), on: data, CalibrationWalk(jobs: 2)
    ).0
  }

  /// What is left in float in a sound network is the choice of those who ask for more effort.
  @Test func moreEffortLeavesActivationsInFloatInSoundNetworks() throws {
    #expect(try Self.file(.quick).rangeChoices.floats == nil)
    #expect(try Self.file(.usual).rangeChoices.floats == nil)
    let floats = try #require(try Self.file(.thorough).rangeChoices.floats)
    #expect(floats.share <= 0.05 && floats.lossAfter < floats.lossBefore)
  }

  @Test func noEffortRoundsToNearest() throws {
    var options = QuantizationOptions()
    let few = SchemeName(weightBits: 4, activationBits: nil)
    #expect(options.walkOptions(few).rounding == .optimal)
    options.effort = .quick
    #expect(options.walkOptions(few).rounding == .nearest)
    options.rounding = .optimal
    #expect(options.walkOptions(few).rounding == .optimal, "asked for")
  }

  /// No mixture of methods is tried, nor what takes a walk over synthetic images.
  @Test func noEffortTriesFewNetworks() throws {
    let plans = try Self.file(.quick).rangeChoices.networks.map(\.plan)
    #expect(!plans.isEmpty && !plans.contains(.parts))
    let approaches = try Self.file(.quick).approaches.map(\.approach)
    #expect(approaches.contains(.nearest) && !approaches.contains(.dataFree))
  }

  @Test func searchesGrow() {
    let limits = Effort.allCases.map(\.searchLimits)
    for (less, more) in zip(limits, limits.dropFirst()) {
      #expect(less.mixtures < more.mixtures && less.placements <= more.placements)
      #expect(less.fittings <= more.fittings)
    }
  }
}
