import CalibrantEngine
import CalibrantONNXFormat
import Foundation
import Testing

@testable import CalibrantQuantization

/// Activations stay in float where rounding them makes most of the error and the layers behind are cheap.
@Suite struct FloatPlacementTests {
  /// 64 × 8 × 27, 64 × 4 × 8 and 5 × 4 multiply-accumulates.
  private static let counts = (first: 13_824.0, second: 2_048.0, last: 20.0)
  private static var total: Double { counts.first + counts.second + counts.last }

  private static func model() -> Model {
    var b = ModelBuilder()
    b.weights("w1", [8, 3, 3, 3])
    b.node("Conv", ["image", "w1"], "c1", ["pads": .ints([1, 1, 1, 1])])
    b.node("Relu", ["c1"], "r1")
    b.weights("w2", [4, 8, 1, 1])
    b.node("Conv", ["r1", "w2"], "c2")
    b.node("Relu", ["c2"], "r2")
    b.node("GlobalAveragePool", ["r2"], "gap")
    b.node("Flatten", ["gap"], "flat")
    b.weights("w3", [5, 4])
    b.node("Gemm", ["flat", "w3"], "logits", ["transB": .int(1)])
    return b.model()
  }

  /// What is seen on the seeded inputs, but of some tensors so wide a range that nothing is left of them.
  private static func ranges(
    wide: [String], reach: Float = 3000
  ) throws -> ActivationRanges {
    let names = ["image", "r1", "r2", "gap", "flat"]
    let graph = try PreparedModel(model()).upgraded()
    let segment = try Segment(
      of: graph, from: SeededInput().types(0, of: ["image"]), to: names)
    let values = try Segment.Runner(segment).run(SeededInput().values(0, of: ["image"]))
    var ranges: [String: ValueRange] = [:]
    for name in names {
      let seen = try #require(values[name]).array(of: Float.self)
      ranges[name] =
        wide.contains(name)
        ? ValueRange(-reach, reach) : ValueRange(1.2 * seen.min()!, 1.2 * seen.max()!)
    }
    return ActivationRanges(tensors: ranges)
  }

  private static func choose(
    _ budget: FloatBudget, wide: [String], reach: Float = 3000, bits: Int = 8
  ) throws -> FloatActivations? {
    let quantizer = Quantizer(
      scheme: Scheme(weights: WeightScheme(bits: bits), activations: .asymmetricUInt8))
    return try FloatPlacement(PreparedModel(model()), quantizer: quantizer).choose(
      budget, ranges(wide: wide, reach: reach), fallback: ActivationRanges(), on: SeededInput(),
      executor: SerialExecutor())
  }

  @Test func theOneThatLosesMostStays() throws {
    let found = try #require(try Self.choose(.auto, wide: ["gap", "flat"]))
    #expect(found.names == ["gap", "flat"])
    #expect(abs(found.share - Self.counts.last / Self.total) < 1e-12)
    #expect(found.lossBefore > 0.5 && found.lossAfter < 0.01)
  }

  @Test func nothingStaysInASoundNetwork() throws {
    #expect(try Self.choose(.auto, wide: []) == nil)
  }

  /// A loss of more than half a percent counts beside weights of 8 bits, and not beside the loss of those of 4.
  @Test func whatIsToleratedDependsOnTheWeights() throws {
    let reach = try #require(
      try (0..<40).lazy.map { Float(pow(1.25, Double($0))) }.first { reach in
        let loss = try Self.choose(.share(1), wide: ["gap", "flat"], reach: reach)?.lossBefore ?? 0
        return 0.006 < loss && loss < 0.0095
      })
    let found = try Self.choose(.auto, wide: ["gap", "flat"], reach: reach)
    #expect(found?.names == ["gap", "flat"])
    #expect(try Self.choose(.auto, wide: ["gap", "flat"], reach: reach, bits: 4) == nil)
  }

  /// The second layer is an eighth of the network, more than `auto` gives up.
  @Test func theBudgetHolds() throws {
    #expect(try Self.choose(.auto, wide: ["r1"]) == nil)
    #expect(try Self.choose(.share(0), wide: ["gap", "flat"]) == nil)
    let found = try #require(try Self.choose(.share(0.2), wide: ["r1"]))
    #expect(found.names.contains("r1") && !found.names.contains("image"))
    #expect(found.share >= Self.counts.second / Self.total && found.share <= 0.2)
  }

  /// What stays in float has no quantizer, and its reader only rounded weights.
  @Test func theFileLeavesItInFloat() throws {
    let quantizer = Quantizer(
      scheme: Scheme(weights: WeightScheme(bits: 8), activations: .asymmetricUInt8))
    let ranges = try Self.ranges(wide: []).leaving(["gap", "flat"])
    let quantized = try quantizer.quantize(Self.model(), ranges: ranges)
    #expect(quantized.quantizedTensors == ["image", "r1", "r2"])
    #expect(quantized.tensorsLeftFloat.isEmpty && quantized.tensorsWithoutObservations.isEmpty)
    #expect(quantized.layers.allSatisfy { $0.bits == 8 })
    let gemm = try #require(quantized.model.graph.nodes.first { $0.opType == "Gemm" })
    #expect(gemm.inputs[0] == "flat" && gemm.inputs[1] != "w3")
  }
}
