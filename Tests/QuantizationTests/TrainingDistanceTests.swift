import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

/// Batch norms tell samples from those of training.
@Suite struct TrainingDistanceTests {
  private static func model() throws -> PreparedModel {
    var b = ModelBuilder()
    b.weights("w1", [2, 3, 1, 1])
    b.node("Conv", ["image", "w1"], "c1")
    for (name, values) in [
      ("gamma", [2, -1]), ("beta", [1, 0]), ("mean", [0, 0]), ("var", [1, 1]),
    ] as [(String, [Float])] { b.constant(name, values, [2]) }
    b.node("BatchNormalization", ["c1", "gamma", "beta", "mean", "var"], "n1")
    b.node("GlobalAveragePool", ["n1"], "gap")
    b.node("Flatten", ["gap"], "flat")
    b.weights("w2", [5, 2])
    b.node("Gemm", ["flat", "w2"], "logits", ["transB": .int(1)])
    return try PreparedModel(b.model())
  }

  /// Trained: means 1 and 0, deviations 2 and 1. Seen: 3 ± 2 and 0 ± 1, so means are off by √(4 / 5).
  @Test func momentsAreHeldAgainstThoseOfTraining() throws {
    let model = try Self.model()
    #expect(TrainingDistance.targets(of: model).map(\.name) == ["n1"])
    let seen = Samples.statistics([1, 5, -1, 1], channels: 2, detail: .summaries)
    let distance = try #require(TrainingDistance(model, ["n1": seen]))
    #expect(abs(distance.shift - 0.8.squareRoot()) < 1e-12)
    #expect(abs(distance.spread - 1) < 1e-12)
    // Half as far from the mean: 3 ± 1 and 0 ± ½.
    let narrow = Samples.statistics([2, 4, -0.5, 0.5], channels: 2, detail: .summaries)
    #expect(abs(try #require(TrainingDistance(model, ["n1": narrow])).spread - 0.5) < 1e-12)
  }

  @Test func nothingIsSaidOfWhatWasNotSeen() throws {
    let model = try Self.model()
    #expect(TrainingDistance(model, [:]) == nil)
    let three = Samples.statistics([1, 2, 3], channels: 3, detail: .summaries)
    #expect(TrainingDistance(model, ["n1": three]) == nil)
    #expect(TrainingDistance.targets(of: try PreparedModel(SmallModels.upsampling())).isEmpty)
  }
}
