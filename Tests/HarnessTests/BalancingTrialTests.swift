import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct BalancingTrialTests {
  private static let recipe = Preprocessing(mean: [0.5, 0.5, 0.5])
  private static let scheme = SchemeName(weightBits: 8, activationBits: 8)

  /// Two 1 × 1 convolutions with x · sigmoid(x) between them.
  ///
  /// - Parameters:
  ///   - written: what the weights that make each channel are multiplied by; `read`, those that read it.
  ///   - areAlike: whether all weights are of one size before.
  private static func model(
    written: [Float], read: [Float], areAlike: Bool = false
  ) -> Model {
    var random = SeededRandom(seed: 3)
    func tensor(_ name: String, _ dims: [Int], _ values: [Float]) -> ModelTensor {
      ModelTensor(name: name, elementType: .float32, dims: dims, values: values)
    }
    func weights(_ count: Int) -> [Float] {
      random.floats(count).map { areAlike ? ($0 < 0 ? -0.5 : 0.5) : $0 }
    }
    let first = weights(12).enumerated().map { $1 * written[$0 / 3] }
    let second = weights(16).enumerated().map { $1 * read[$0 % 4] }
    let nodes = [
      ModelNode("Conv", name: "a", inputs: ["image", "w"], outputs: ["c"]),
      ModelNode("Sigmoid", name: "sigmoid", inputs: ["c"], outputs: ["s"]),
      ModelNode("Mul", name: "gate", inputs: ["c", "s"], outputs: ["g"]),
      ModelNode("Conv", name: "z", inputs: ["g", "v"], outputs: ["maps"]),
    ]
    return Model(
      graph: ModelGraph(
        name: "gated", nodes: nodes,
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .fixed(4), .fixed(4)])
        ],
        outputs: [ModelValue(name: "maps", elementType: .float32, dimensions: [.unknown])],
        initializers: [tensor("w", [4, 3, 1, 1], first), tensor("v", [4, 4, 1, 1], second)]),
      opset: 13)
  }

  /// Balanced for weights of 8 bits, and of 4 bits.
  private static let finerOnly = model(written: [3, 1, 1, 1], read: [0.01, 1, 1, 1])
  private static let coarserOnly = model(written: [3, 1, 1, 1], read: [1, 1, 1, 1])
  private static let uneven = model(written: [30, 0.3, 1, 0.3], read: [0.01, 1, 1, 1])

  /// All layers have the scheme's bits.
  private static var options: QuantizationOptions {
    var options = QuantizationOptions()
    options.policy = Policy()
    return options
  }

  private static func tried(
    _ model: Model, _ scheme: SchemeName = scheme,
    _ change: (inout QuantizationOptions) -> Void = { _ in }
  ) throws -> QuantizationJob {
    var options = Self.options
    change(&options)
    let job = try QuantizationJob(model, recipe, options)
    let data = try CalibrationData(NoiseSource(count: 32, for: Program(model)))
    return try EqualizationTrial(jobs: 2).better(of: job, model, recipe, scheme, on: data)
  }

  /// A comparison has for each scheme what a calibration by itself would take; weight-only ones have the model as it was.
  @Test(arguments: [uneven, finerOnly, coarserOnly]) func eachSchemeHasItsOwn(_ model: Model) throws
  {
    let few = SchemeName(weightBits: 4, activationBits: 8)
    let weightOnly = SchemeName(weightBits: 8, activationBits: nil)
    let job = try QuantizationJob(model, Self.recipe, Self.options)
    let data = try CalibrationData(NoiseSource(count: 32, for: Program(model)))
    let arms = try ArmJobs(
      job, of: model, Self.recipe, [Self.scheme, few, weightOnly], on: data,
      EqualizationTrial(jobs: 2))
    for scheme in [Self.scheme, few, weightOnly] {
      let alone = try Self.tried(model, scheme)
      #expect(arms.job(for: scheme).options.balance == alone.options.balance)
      #expect(arms.job(for: scheme).notes == alone.notes)
    }
  }

  @Test func whatPaysDependsOnBits() throws {
    let few = SchemeName(weightBits: 4, activationBits: 8)
    #expect(
      try Self.tried(Self.uneven).options.balance != Self.tried(Self.uneven, few).options.balance)
    #expect(try Self.tried(Self.finerOnly).options.balance != nil)
    #expect(try Self.tried(Self.finerOnly, few).options.balance == nil)
    #expect(try Self.tried(Self.coarserOnly).options.balance == nil)
    #expect(try Self.tried(Self.coarserOnly, few).options.balance != nil)
  }

  /// One channel is a hundred times as large as those that matter.
  @Test func takesWhatHelpsAndSaysSo() throws {
    let job = try Self.tried(Self.uneven)
    #expect(job.options.balance != nil)
    #expect(job.model.graph.nodes.count == 5, "a Mul behind the gate")
    #expect(job.notes.count == 1)
    #expect(job.notes.first?.contains("balanced for 1 added product") ?? false)
    #expect(try Self.tried(Self.uneven).options.balance == job.options.balance)
  }

  @Test func leavesChannelsThatAreAlike() throws {
    let job = try Self.tried(
      Self.model(written: [1, 1, 1, 1], read: [1, 1, 1, 1], areAlike: true))
    #expect(job.options.balance == nil && job.notes.isEmpty)
  }

  @Test func isNotTriedWithoutEffort() throws {
    #expect(try Self.tried(Self.uneven) { $0.effort = .quick }.options.balance == nil)
  }

  @Test func isNotTriedWhereChannelsAreScaledOtherwiseOrNotAtAll() throws {
    #expect(try Self.tried(Self.uneven) { $0.equalizes = false }.options.balance == nil)
    #expect(
      try Self.tried(Self.uneven) { $0.policy.usesPerChannelActivations = true }.options.balance
        == nil)
    #expect(
      try Self.tried(Self.uneven, SchemeName(weightBits: 8, activationBits: nil)).options.balance
        == nil)
  }

  /// An ablation's arm has the model as it was.
  @Test func thePlainJobIsKept() throws {
    let job = try Self.tried(Self.uneven)
    #expect(AblationStep.balancing.matters(Self.scheme, job.options))
    #expect(!AblationStep.balancing.matters(Self.scheme, job.plain.options))
    #expect(job.without(.balancing).model.graph.nodes.count == 4)
    #expect(job.without(.biasCorrection).model.graph.nodes.count == 5)
  }
}
