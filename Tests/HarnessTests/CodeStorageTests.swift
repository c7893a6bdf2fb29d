import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

/// How weights of 4 bits are stored, and that whoever reads a result is told.
@Suite struct CodeStorageTests {
  private static let recipe = Preprocessing(mean: [0.5, 0.5, 0.5])

  /// A convolution, and a norm whose meaning changed in opset 21.
  private static func normed(opset: Int) -> Model {
    func floats(_ name: String, _ dims: [Int]) -> ModelTensor {
      var random = SeededRandom(seed: 5)
      return ModelTensor(
        name: name, elementType: .float32, dims: dims, values: random.floats(dims.reduce(1, *)))
    }
    return Model(
      graph: ModelGraph(
        name: "normed",
        nodes: [
          ModelNode("Conv", name: "conv", inputs: ["image", "w"], outputs: ["c"]),
          ModelNode(
            "GroupNormalization", name: "norm", inputs: ["c", "two", "two"], outputs: ["n"],
            attributes: ["num_groups": .int(2)]),
          ModelNode("GlobalAveragePool", name: "pool", inputs: ["n"], outputs: ["p"]),
          ModelNode("Flatten", name: "flat", inputs: ["p"], outputs: ["scores"]),
        ],
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .fixed(4), .fixed(4)])
        ],
        outputs: [ModelValue(name: "scores", elementType: .float32, dimensions: [.unknown])],
        initializers: [floats("w", [4, 3, 3, 3]), floats("two", [2])]), opset: opset)
  }

  private static func quantized(
    _ model: Model, bits: Int = 4, _ edit: (inout QuantizationOptions) -> Void = { _ in }
  ) throws -> QuantizedModel {
    var options = QuantizationOptions()
    options.policy = Policy()
    edit(&options)
    return try QuantizationJob(model, recipe, options).weightBased(
      SchemeName(weightBits: bits, activationBits: nil), isCorrected: false,
      CalibrationWalk(jobs: 1))
  }

  private static func type(_ name: String, in quantized: QuantizedModel) -> ElementType? {
    quantized.model.graph.initializers.first { $0.name == name }?.elementType
  }

  @Test func twoAByteByDefault() throws {
    let made = try Self.quantized(SmallClassifier.model())
    #expect(made.model.opsets[""] == 21 && Self.type("v_quantized", in: made) == .int4)
    #expect(made.notes == ["4-bit weights are stored two a byte (ONNX INT4, opset 21)"])
  }

  @Test func oneAByteWhereThatIsAsked() throws {
    let made = try Self.quantized(SmallClassifier.model()) {
      $0.usesNativeInt4 = false
    }
    #expect(made.model.opsets[""] == 13 && Self.type("v_quantized", in: made) == .int8)
    #expect(made.notes == ["4-bit weights are stored one a byte (int8)"])
  }

  /// All bits are 8, so there is nothing to say.
  @Test func silentWithoutFourBits() throws {
    let made = try Self.quantized(SmallClassifier.model(), bits: 8)
    #expect(made.model.opsets[""] == 13 && made.notes == [])
  }

  @Test func modelsThatCannotBeRaisedSaySo() throws {
    let made = try Self.quantized(Self.normed(opset: 18))
    #expect(made.model.opsets[""] == 18 && Self.type("w_quantized", in: made) == .int8)
    #expect(
      made.notes == [
        "4-bit weights are stored one a byte (int8): ONNX INT4 needs operator set 21, which would change the meaning of "
          + "node 'norm' (GroupNormalization)"
      ])
  }

  /// They have no other form.
  @Test func blocksNeedTheOperatorSet() throws {
    var options = QuantizationOptions()
    options.policy = Policy()
    options.blockSize = 32
    let job = try QuantizationJob(Self.normed(opset: 18), Self.recipe, options)
    #expect {
      try job.check([SchemeName(weightBits: 4, activationBits: nil)])
    } throws: { error in
      if case .opsetNotUpgradable(18, 21, _)? = error as? QuantizationError { return true }
      return false
    }
  }
}
