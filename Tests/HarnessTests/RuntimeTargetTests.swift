import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization
import TestSupport
import Testing

@testable import CalibrantHarness

/// What a file holds for each runtime, read off its bytes.
@Suite struct RuntimeTargetTests {
  private static let recipe = Preprocessing(mean: [0.5, 0.5, 0.5])

  /// A convolution with a bias, a matrix product and a Gemm with a bias, each with more than one output channel.
  private static let model: Model = {
    var random = SeededRandom(seed: 11)
    func floats(_ name: String, _ dims: [Int], shift: Float = 0) -> ModelTensor {
      let values = random.floats(dims.reduce(1, *)).map { $0 + shift }
      return ModelTensor(name: name, elementType: .float32, dims: dims, values: values)
    }
    return Model(
      graph: ModelGraph(
        name: "three",
        nodes: [
          ModelNode("Conv", name: "conv", inputs: ["image", "w", "b"], outputs: ["c"]),
          ModelNode("Relu", name: "relu", inputs: ["c"], outputs: ["r"]),
          ModelNode("Flatten", name: "flat", inputs: ["r"], outputs: ["f"]),
          ModelNode("MatMul", name: "product", inputs: ["f", "m"], outputs: ["p"]),
          ModelNode("Relu", name: "relu2", inputs: ["p"], outputs: ["q"]),
          ModelNode("Gemm", name: "fc", inputs: ["q", "v", "d"], outputs: ["scores"]),
        ],
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .fixed(4), .fixed(4)])
        ],
        outputs: [ModelValue(name: "scores", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          // Weights that an asymmetric grid gives zero points.
          floats("w", [16, 3, 3, 3], shift: 0.4), floats("b", [16]),
          floats("m", [64, 64], shift: 0.3), floats("v", [64, 5], shift: 0.2), floats("d", [5]),
        ]), opset: 13)
  }()

  private static func file(
    _ target: RuntimeTarget, _ scheme: String, blockSize: Int? = nil
  ) throws -> QuantizedModel {
    let scheme = try SchemeName(scheme)
    var options = QuantizationOptions()
    options.policy = Policy()
    options.blockSize = blockSize
    try options.fit(target, ChosenForms(), in: [scheme])
    let job = try QuantizationJob(model, recipe, options)
    guard scheme.activationBits != nil else {
      return try job.weightBased(scheme, isCorrected: false, CalibrationWalk(jobs: 1))
    }
    let data = try CalibrationData(NoiseSource(count: 12, for: Program(model)))
    let seen = try Calibrator(jobs: 1).observe(
      model, targets: job.targets([scheme]), on: data.source)
    return try job.activationBased(
      scheme, seen.statistics, method: MinMax(), on: data, CalibrationWalk(jobs: 1))
  }

  private static func tensors(_ file: QuantizedModel) -> [String: ModelTensor] {
    Dictionary(uniqueKeysWithValues: file.model.graph.initializers.map { ($0.name, $0) })
  }

  /// Every zero point, as the bytes of the file say it.
  private static func zeroPoints(_ file: QuantizedModel, of suffix: String = "") throws -> [UInt8] {
    try file.model.graph.initializers.filter { $0.name.hasSuffix(suffix + "_zero_point") }
      .flatMap { try $0.payload() }
  }

  @Test(arguments: ["w8", "w4", "w8a8", "w4a8"])
  func tensorRTHasNoZeroPointAndNoIntegerBias(_ scheme: String) throws {
    let file = try Self.file(StandardTargets.tensorRT, scheme)
    let zeros = try Self.zeroPoints(file)
    #expect(!zeros.isEmpty && zeros.allSatisfy { $0 == 0 })
    let types = Set(Self.tensors(file).values.map(\.elementType))
    #expect(types == [.int8, .float32])
    for node in file.model.graph.nodes where node.opType == "DequantizeLinear" {
      #expect(Self.tensors(file)[node.inputs[0]]?.elementType != .int32)
    }
  }

  /// The only INT4 that TensorRT reads.
  @Test func tensorRTHasBlocks() throws {
    let file = try Self.file(StandardTargets.tensorRT, "w4", blockSize: 32)
    let tensors = Self.tensors(file)
    #expect(tensors["m_quantized"]?.elementType == .int4)
    #expect(tensors["m_scale"]?.dims == [2, 64])
    #expect(tensors["w_quantized"]?.elementType == .int8)
    #expect(try Self.zeroPoints(file).allSatisfy { $0 == 0 })
  }

  @Test(arguments: ["w8a8", "w4a8"])
  func qnnHasOneScalePerMatrixAndUnsignedActivations(_ scheme: String) throws {
    let file = try Self.file(StandardTargets.qnn, scheme)
    let tensors = Self.tensors(file)
    #expect(tensors["w_scale"]?.dims == [16])
    #expect(tensors["m_scale"]?.dims == [])
    #expect(tensors["v_scale"]?.dims == [])
    for name in ["w", "m", "v"] {
      let zeros = try #require(try tensors["\(name)_zero_point"]?.payload())
      #expect(zeros.allSatisfy { $0 == 0 })
    }
    for name in file.quantizedTensors {
      #expect(tensors["\(name)_zero_point"]?.elementType == .uint8)
    }
    let type: ElementType = scheme == "w4a8" ? .int4 : .int8
    #expect(tensors["m_quantized"]?.elementType == type)
    #expect(tensors["b_quantized"]?.elementType == .int32)
  }

  /// Weight-only files keep the finer grid, and INT4; where activations are quantized integer kernels read int8 about zero.
  @Test func openVINOAndONNXRuntime() throws {
    let small = Self.tensors(try Self.file(StandardTargets.openVINO, "w4"))
    #expect(small["m_quantized"]?.elementType == .int4)
    #expect(try #require(small["m_zero_point"]).payload().contains { $0 != 0 })
    let integer = try Self.file(StandardTargets.openVINO, "w4a8")
    #expect(Self.tensors(integer)["m_quantized"]?.elementType == .int8)
    #expect(try #require(Self.tensors(integer)["m_zero_point"]).payload().allSatisfy { $0 == 0 })
    let runtime = Self.tensors(try Self.file(StandardTargets.onnxRuntime, "w4a8"))
    #expect(runtime["m_quantized"]?.elementType == .int8)
  }

  @Test func filesSayWhatTheyAreFor() throws {
    let notes = try Self.file(StandardTargets.tensorRT, "w4").notes
    #expect(
      notes.contains(
        "made for TensorRT: activations int8 around zero, weights without zero points, biases in float"
      ))
    #expect(notes.contains { $0.hasPrefix("TensorRT computes weight-only layers in float") })
    #expect(notes.contains("4-bit weights are stored one a byte (int8)"))
  }

  @Test(arguments: [
    ("tensorrt", "w8a8", "--weights asymmetric"), ("qnn", "w8a8", "--symmetric"),
    ("qnn", "w4", "--block-size"), ("tensorrt", "w4", "--native-int4"),
    ("onnxruntime", "w4a8", "--native-int4"), ("openvino", "w8a8", "--weights asymmetric"),
  ])
  func contradictionsNameBoth(_ name: String, _ scheme: String, _ option: String) throws {
    let target = try #require(StandardTargets.named(name))
    var chosen = ChosenForms()
    chosen.symmetricActivations = option == "--symmetric"
    chosen.asymmetricWeights = option == "--weights asymmetric"
    chosen.packedWeights = option == "--native-int4"
    chosen.blocks = option == "--block-size"
    let schemes = [try SchemeName(scheme)]
    #expect {
      try target.require(chosen, in: schemes)
    } throws: { error in
      "\(error)".hasPrefix("\(option) and --target \(name) contradict each other")
    }
  }

  @Test func whatATargetReadsIsNoContradiction() throws {
    var chosen = ChosenForms()
    chosen.symmetricActivations = true
    try StandardTargets.tensorRT.require(chosen, in: [SchemeName("w8a8")])
    chosen = ChosenForms()
    chosen.asymmetricWeights = true
    try StandardTargets.openVINO.require(chosen, in: [SchemeName("w8"), SchemeName("w4")])
  }
}
