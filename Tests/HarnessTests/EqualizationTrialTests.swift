import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct EqualizationTrialTests {
  private static let recipe = Preprocessing(mean: [0.5, 0.5, 0.5])
  private static let scheme = SchemeName(weightBits: 8, activationBits: 8)

  /// Two 1 × 1 convolutions with four channels between them.
  ///
  /// - Parameters:
  ///   - written: what the weights that make each channel are multiplied by; `read`, those that read it.
  ///   - bias: of the channels.
  private static func model(written: [Float], read: [Float], bias: [Float]) -> Model {
    var random = SeededRandom(seed: 3)
    func tensor(_ name: String, _ dims: [Int], _ values: [Float]) -> ModelTensor {
      ModelTensor(name: name, elementType: .float32, dims: dims, values: values)
    }
    let first = random.floats(12).enumerated().map { $1 * written[$0 / 3] }
    let second = random.floats(16).enumerated().map { $1 * read[$0 % 4] }
    let nodes = [
      ModelNode("Conv", name: "a", inputs: ["image", "w", "b"], outputs: ["c"]),
      ModelNode("Relu", name: "relu", inputs: ["c"], outputs: ["r"]),
      ModelNode("Conv", name: "z", inputs: ["r", "v"], outputs: ["d"]),
      ModelNode("GlobalAveragePool", name: "pool", inputs: ["d"], outputs: ["p"]),
      ModelNode("Flatten", name: "flat", inputs: ["p"], outputs: ["scores"]),
    ]
    return Model(
      graph: ModelGraph(
        name: "pair", nodes: nodes,
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .fixed(4), .fixed(4)])
        ],
        outputs: [ModelValue(name: "scores", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          tensor("w", [4, 3, 1, 1], first), tensor("b", [4], bias),
          tensor("v", [4, 4, 1, 1], second),
        ]), opset: 13)
  }

  private static func tried(_ model: Model, equalizes: Bool? = nil) throws -> QuantizationJob {
    var options = QuantizationOptions()
    options.granularity = .perTensor
    options.equalizes = equalizes
    let job = try QuantizationJob(model, recipe, options)
    let data = try CalibrationData(NoiseSource(count: 32, for: Program(model)))
    return try EqualizationTrial(jobs: 2).better(of: job, model, recipe, scheme, on: data)
  }

  /// Channels whose weights differ a hundredfold need it.
  @Test func keepsWhatHelps() throws {
    let model = Self.model(
      written: [1, 0.01, 1, 0.01], read: [0.01, 1, 0.01, 1], bias: [0, 0, 0, 0])
    let job = try Self.tried(model)
    #expect(job.options.equalizesModel && job.notes.isEmpty)
  }

  /// A channel that is nearly constant has small weights, and dividing by them makes it the largest by far.
  @Test func dropsWhatHurtsAndSaysSo() throws {
    let model = Self.model(written: [1, 1, 1, 0.001], read: [1, 1, 1, 1], bias: [0, 0, 0, 2])
    let job = try Self.tried(model)
    #expect(!job.options.equalizesModel)
    #expect(job.notes.count == 1 && job.notes[0].contains("not equalized"))
    #expect(
      try Self.tried(model, equalizes: true).options.equalizesModel, "what is asked for is done")
  }

  /// Outputs that are no class scores are judged by what is lost of their parts.
  @Test func featureMapsAreJudgedByWhatTheyLose() throws {
    func maps(_ model: Model) -> Model {
      var model = model
      model.graph.outputs = [
        ModelValue(name: "d", elementType: .float32, dimensions: [.unknown])
      ]
      return model
    }
    let harmed = try Self.tried(
      maps(Self.model(written: [1, 1, 1, 0.001], read: [1, 1, 1, 1], bias: [0, 0, 0, 2])))
    #expect(!harmed.options.equalizesModel)
    #expect(harmed.notes.count == 1 && harmed.notes[0].contains("of the outputs' variance"))
    let helped = try Self.tried(
      maps(
        Self.model(written: [1, 0.01, 1, 0.01], read: [0.01, 1, 0.01, 1], bias: [0, 0, 0, 0])))
    #expect(helped.options.equalizesModel && helped.notes.isEmpty)
  }
}
