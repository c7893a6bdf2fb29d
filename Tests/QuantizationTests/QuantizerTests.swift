import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantQuantization

struct QuantizerTests {
  private let model = SmallModels.mixed()
  private let w8 = Scheme(weights: WeightScheme(bits: 8))
  private let w8a8 = Scheme(weights: WeightScheme(bits: 8), activations: .asymmetricUInt8)

  /// Ranges observed by running the model.
  private func observed(_ quantizer: Quantizer) throws -> [String: TensorStatistics] {
    var observer = Observer(try quantizer.activationTensors(of: model))
    let program = try Program(model, observing: observer.names)
    var session = Session(program)
    _ = try session.run([SmallModels.images]) { observer.observe($0, $1, samples: 4) }
    return observer.tensors
  }

  private func ranges(_ quantizer: Quantizer) throws -> ActivationRanges {
    ActivationRanges(try observed(quantizer), method: MinMax(), grid: .asymmetricUInt8)
  }

  /// No data is needed for weights, so nobody has run the model before it is quantized: an
  /// error or a file, where a trap would end the test run.
  @Test(arguments: [9, 13]) func nodesWithoutTheirInputs(opset: Int) throws {
    var whole = model
    whole.setOpset(opset)
    for (index, node) in whole.graph.nodes.enumerated() {
      for count in 0..<node.inputs.count {
        var short = whole
        short.graph.nodes[index].inputs.removeLast(node.inputs.count - count)
        _ = try? Quantizer(scheme: w8).quantize(short)
        _ = try? Quantizer(scheme: w8a8).activationTensors(of: short)
      }
      var silent = whole
      silent.graph.nodes[index].outputs = []
      _ = try? Quantizer(scheme: w8).quantize(silent)
    }
  }

  @Test func transposedConvolutionsAreLayers() throws {
    let model = SmallModels.upsampling()
    let expected = try SmallModels.run(model)
    let result = try Quantizer(scheme: w8).quantize(model)
    let graph = Graph(result.model)
    let transposed = try #require(graph.nodes.first { $0.opType == "ConvTranspose" })
    let weight = try #require(transposed.input(1))
    let dequantize = try #require(graph.nodes.first { $0.outputs.contains(weight) })
    #expect(dequantize.opType == "DequantizeLinear" && dequantize.int("axis") == 1)
    #expect(graph.constantValue(dequantize.input(1))?.dims == [6])
    let difference = largestDifference(expected, try SmallModels.run(result.model))
    #expect(difference > 0 && difference < 0.02 * (expected.map(abs).max() ?? 0))
  }

  @Test func preparationKeepsTheFunction() throws {
    let prepared = try PreparedModel(model)
    let types = prepared.graph.nodes.map(\.opType)
    #expect(!types.contains("BatchNormalization") && !types.contains("Identity"))
    #expect(prepared.normalized.keys.sorted() == ["n1", "n2"])
    let before = try SmallModels.run(model, optimizing: false)
    let after = try SmallModels.run(prepared.graph.model(), optimizing: false)
    // Folding rounds each weight once more.
    #expect(largestDifference(before, after) < 1e-5)
    #expect(before.contains { abs($0) > 0.1 })
  }

  @Test func quantizersSitWhereIntegersAreRead() throws {
    let quantizer = Quantizer(scheme: w8a8)
    let tensors = try quantizer.activationTensors(of: model)
    // Not c1, n1, sum and c3, which only Relu reads; not the logits; not the shape's Concat.
    #expect(
      Set(tensors.map(\.name))
        == ["image", "r1", "n2", "r2", "pool", "r3", "cat", "gap", "flat"])
    // The concatenation decides for what it joins, and for what pooling took its input from.
    #expect(
      Set(tensors.filter(\.decidesRange).map(\.name)) == ["image", "r1", "n2", "cat", "gap"])
  }

  @Test func joinedAndMovedValuesShareParameters() throws {
    let quantizer = Quantizer(scheme: w8a8)
    let result = try quantizer.quantize(model, ranges: ranges(quantizer))
    let graph = Graph(result.model)
    func scale(_ name: String) throws -> Float? { try graph.floats(name + "_scale")?.first }
    let shared = try scale("cat")
    #expect(try shared != nil && scale("pool") == shared && scale("r3") == shared)
    #expect(try scale("r2") == shared && scale("gap") == scale("flat"))
    #expect(try scale("gap") != shared)
    let zero = try #require(graph.constants["r1_zero_point"])
    #expect(zero.elementType == .uint8)
    #expect(try zero.stored(named: "").payload() == Data([0]))
    #expect(try graph.constants["n2_zero_point"]?.stored(named: "").payload() != Data([0]))
    #expect(result.tensorsWithoutObservations.isEmpty && result.tensorsLeftFloat.isEmpty)
  }

  @Test(arguments: [8, 4, 3], [Granularity.perTensor, .perChannel])
  func quantizedModelsStayClose(bits: Int, granularity: Granularity) throws {
    let expected = try SmallModels.run(model)
    let span = (expected.max() ?? 0) - (expected.min() ?? 0)
    // A step of the weights' grid, seen through four layers.
    let tolerance = span * (bits == 8 ? 0.05 : bits == 4 ? 0.4 : 0.8)
    for activations in [nil, ActivationScheme.asymmetricUInt8, .symmetricInt8] {
      let scheme = Scheme(
        weights: WeightScheme(bits: bits, granularity: granularity), activations: activations)
      let quantizer = Quantizer(scheme: scheme)
      let result = try quantizer.quantize(model, ranges: ranges(quantizer))
      try result.model.validate()
      let actual = try SmallModels.run(result.model)
      let difference = largestDifference(expected, actual)
      #expect(difference < tolerance && difference > 0)
      #expect(result.layers.map(\.bits) == [bits, bits, bits, bits])
    }
  }

  @Test func weightOnlyFilesHaveNoActivationQuantizers() throws {
    let result = try Quantizer(scheme: w8).quantize(model)
    let nodes = result.model.graph.nodes
    #expect(!nodes.contains { $0.opType == "QuantizeLinear" })
    #expect(nodes.filter { $0.opType == "DequantizeLinear" }.count == 4)
    #expect(result.model.graph.initializers.first { $0.name == "b3" }?.elementType == .float32)
    #expect(!result.model.graph.initializers.contains { $0.name == "w1" || $0.name == "n1_gamma" })
  }

  @Test func biasesAreIntegersWithTheProductOfTheScales() throws {
    let quantizer = Quantizer(scheme: w8a8)
    let graph = Graph(try quantizer.quantize(model, ranges: ranges(quantizer)).model)
    let input = try #require(try graph.floats("pool_scale")?.first)
    let weights = try #require(try graph.floats("w3_scale"))
    let scales = try #require(try graph.floats("b3_scale"))
    #expect(scales == weights.map { $0 * input })
    let bias = try #require(try Graph(model).floats("b3"))
    let codes = try #require(try graph.integers("b3_quantized"))
    for i in bias.indices {
      #expect(abs(Float(codes[i]) * scales[i] - bias[i]) <= scales[i])
    }
  }

  @Test func theSameInputGivesTheSameBytes() throws {
    let quantizer = Quantizer(scheme: w8a8)
    let first = try quantizer.quantize(model, ranges: ranges(quantizer)).model.serialized()
    let second = try quantizer.quantize(model, ranges: ranges(quantizer)).model.serialized()
    #expect(first == second)
  }

  @Test func unobservedTensorsFallBackAndAreCounted() throws {
    let quantizer = Quantizer(scheme: w8a8)
    var some = try ranges(quantizer)
    some.tensors["r1"] = nil
    let predicted = try DataFree.ranges(of: PreparedModel(model), input: .standardNormal)
    let result = try quantizer.quantize(model, ranges: some, fallback: predicted)
    #expect(result.tensorsWithoutObservations == ["r1"] && result.tensorsLeftFloat.isEmpty)
    let bare = try quantizer.quantize(model, ranges: some)
    #expect(bare.tensorsLeftFloat == ["r1"])
    #expect(!bare.quantizedTensors.contains("r1"))
    _ = try SmallModels.run(bare.model)
  }

  @Test func depthwiseInputsCanHaveAScalePerChannel() throws {
    var b = ModelBuilder()
    b.weights("w", [6, 1, 3, 3])
    b.weights("bias", [6])
    b.node("Conv", ["image", "w", "bias"], "c", ["group": .int(3)])
    b.node("GlobalAveragePool", ["c"], "logits")
    let model = b.model()
    let quantizer = Quantizer(
      scheme: w8a8, policy: Policy(usesPerChannelActivations: true))
    #expect(try quantizer.activationTensors(of: model).map(\.mayBePerChannel) == [true])
    let ranges = ActivationRanges(
      tensors: ["image": ValueRange(-4, 4)],
      channels: ["image": [ValueRange(-4, 4), ValueRange(-5, 5), ValueRange(-4.5, 4.5)]])
    let result = try quantizer.quantize(model, ranges: ranges)
    let graph = Graph(result.model)
    // ONNX Runtime's integer convolutions take one scale for their input: it is 1, behind a division.
    #expect(try graph.floats("image_scale") == [1])
    #expect(graph.constants["image_zero_point"]?.dims == [])
    let inputScales = try #require(try graph.floats("image_channel_scales"))
    #expect(inputScales.count == 3)
    let weightScales = try #require(try graph.floats("w_scale"))
    let biasScales = try #require(try graph.floats("bias_scale"))
    let products = (0..<6).map { inputScales[$0 / 2] * weightScales[$0] }
    #expect(biasScales == products)
    let (before, after) = (try SmallModels.run(model), try SmallModels.run(result.model))
    #expect(largestDifference(before, after) < 0.02)
  }

  /// Channels that need another zero point share the middle one.
  @Test func channelsShareAZeroPoint() {
    let grid = QuantizationGrid.asymmetricUInt8
    let positive = grid.parameters(sharingZeroPoint: [ValueRange(0, 6), .zero, ValueRange(0, 3)])
    #expect(positive.map(\.zeroPoint) == [0, 0, 0] && positive[0].scale == Float(6.0 / 255))
    let mixed = grid.parameters(sharingZeroPoint: [ValueRange(0, 6), ValueRange(-1, 3)])
    #expect(mixed.map(\.zeroPoint) == [128, 128])
    #expect(mixed.map(\.scale) == [Float(6.0 / 127), Float(3.0 / 127)])
  }

  @Test func nativeInt4TakesHalfAByte() throws {
    let scheme = Scheme(weights: WeightScheme(bits: 4, usesNativeInt4: true))
    let result = try Quantizer(scheme: scheme).quantize(model)
    #expect(result.model.opsets[""] == 21 && result.model.irVersion >= 10)
    let weight = result.model.graph.initializers.first { $0.name == "w1_quantized" }
    #expect(weight?.elementType == .int4 && weight?.storedByteCount == 108)
    let plain = try Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4))).quantize(model)
    #expect(plain.model.opsets[""] == 13)
    #expect(try SmallModels.run(result.model) == SmallModels.run(plain.model))
  }

  /// 27 codes take 14 bytes, a zero point one, five of them three; what is computed is the same as of a code a byte.
  @Test(
    arguments: [
      (Granularity.perTensor, true), (.perTensor, false), (.perChannel, true), (.perChannel, false),
    ], [2, 3, 4])
  func codesOfHalfAByteAreTheSame(_ kind: (granularity: Granularity, isSymmetric: Bool), bits: Int)
    throws
  {
    var b = ModelBuilder()
    b.weights("odd", [1, 3, 3, 3])
    b.weights("w", [5, 1, 1, 1])
    b.node("Conv", ["image", "odd"], "c")
    b.node("Conv", ["c", "w"], "logits")
    let model = b.model(opset: 13)
    func quantized(_ isPacked: Bool) throws -> Model {
      let weights = WeightScheme(
        bits: bits, isSymmetric: kind.isSymmetric, granularity: kind.granularity,
        usesNativeInt4: isPacked)
      return try Quantizer(scheme: Scheme(weights: weights)).quantize(model).model
    }
    let (packed, bytes) = (try quantized(true), try quantized(false))
    let sizes = packed.graph.initializers.filter { $0.elementType == .int4 }
      .reduce(into: [:]) { $0[$1.name] = $1.storedByteCount }
    let zeroPoints = kind.granularity == .perTensor ? 1 : 3
    #expect(
      sizes == [
        "odd_quantized": 14, "odd_zero_point": 1, "w_quantized": 3, "w_zero_point": zeroPoints,
      ])
    #expect(!bytes.graph.initializers.contains { $0.elementType == .int4 })
    #expect(try SmallModels.run(packed) == SmallModels.run(bytes))
  }

  @Test func policiesNameLayersByNodeOrWeight() throws {
    let policy = Policy(
      excluded: [Glob("w1")], layerBits: [(Glob("Conv_*"), 4), (Glob("w3"), 8)],
      minimumElements: 61)
    let result = try Quantizer(scheme: w8, policy: policy).quantize(model)
    #expect(result.layers.map(\.bits) == [nil, 4, 8, nil])
    #expect {
      try Quantizer(scheme: w8, policy: Policy(excluded: [Glob("conv9")])).quantize(model)
    } throws: {
      guard case .unmatchedPattern("conv9", let layers)? = $0 as? QuantizationError else {
        return false
      }
      return layers.count == 4
    }
  }

  @Test func modelsThatCannotBeQuantizedAreRefused() throws {
    let quantized = try Quantizer(scheme: w8).quantize(model).model
    #expect {
      try Quantizer(scheme: w8).quantize(quantized)
    } throws: {
      if case .alreadyQuantized? = $0 as? QuantizationError { true } else { false }
    }
    #expect {
      try Quantizer(scheme: w8a8).quantize(model)
    } throws: {
      guard case .nothingObserved(let tensors)? = $0 as? QuantizationError else { return false }
      return tensors.count == 9
    }
    var empty = ModelBuilder()
    empty.node("GlobalAveragePool", ["image"], "logits")
    let nothing = empty.model()
    #expect {
      try Quantizer(scheme: w8).quantize(nothing)
    } throws: {
      if case .nothingToQuantize? = $0 as? QuantizationError { true } else { false }
    }
    var broken = ModelBuilder()
    broken.constant("w", [.nan, 1, 1], [1, 3, 1, 1])
    broken.node("Conv", ["image", "w"], "logits")
    let nan = broken.model()
    #expect {
      try Quantizer(scheme: w8).quantize(nan)
    } throws: {
      if case .nonFiniteWeights("w", "Conv_logits")? = $0 as? QuantizationError {
        true
      } else {
        false
      }
    }
  }

  @Test func sharedWeightsAreStoredOnce() throws {
    var b = ModelBuilder()
    b.weights("w", [3, 3, 1, 1])
    b.weights("bias", [3])
    b.node("Conv", ["image", "w", "bias"], "c1")
    b.node("Relu", ["c1"], "r1")
    b.node("Conv", ["r1", "w", "bias"], "logits")
    let model = b.model()
    let ranges = ActivationRanges(
      tensors: ["image": ValueRange(-4, 4), "r1": ValueRange(0, 3)])
    let result = try Quantizer(scheme: w8a8).quantize(model, ranges: ranges)
    try result.model.validate()
    let names = result.model.graph.initializers.map(\.name)
    #expect(names.filter { $0.hasPrefix("w_quantized") } == ["w_quantized"])
    #expect(names.filter { $0.hasPrefix("bias_quantized") }.count == 2)
  }
}

extension InputDistribution {
  static let standardNormal = InputDistribution(
    lower: [-3, -3, -3], upper: [3, 3, 3], mean: [0, 0, 0], variance: [1, 1, 1])
}

struct OpsetTests {
  private let w8 = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 8)))

  @Test func attributesThatBecameInputsAreMoved() throws {
    var b = ModelBuilder()
    b.weights("w", [5, 3, 8, 8])
    b.node("Conv", ["image", "w"], "c")
    b.node("Clip", ["c"], "clip", ["min": .float(0), "max": .float(0.5)])
    b.node("Squeeze", ["clip"], "logits", ["axes": .ints([2, 3])])
    let result = try w8.quantize(b.model(opset: 10)).model
    #expect(result.opsets[""] == 13)
    let output = try SmallModels.run(result)
    #expect(output.count == 20 && output.max() == 0.5 && output.min() == 0)
  }

  /// Operators whose meaning changed are spelled as it was: the same numbers in opset 13.
  @Test(arguments: [
    (9, "Softmax", ["axis": AttributeValue.int(1)]), (11, "LogSoftmax", ["axis": .int(2)]),
    (12, "Hardmax", ["axis": .int(1)]), (11, "Softmax", ["axis": .int(3)]),
    (9, "Upsample", ["mode": .string("nearest")]),
    (7, "Upsample", ["scales": .floats([1, 1, 2, 2])]),
    (9, "Upsample", ["mode": .string("linear")]), (10, "Resize", ["mode": .string("nearest")]),
    (10, "Resize", ["mode": .string("linear")]), (9, "TopK", ["k": .int(3), "axis": .int(1)]),
    (8, "BatchNormalization", ["spatial": .int(1)]),
  ])
  func changedOperatorsMeanTheSame(
    _ opset: Int, _ opType: String, _ attributes: [String: AttributeValue]
  ) throws {
    var b = ModelBuilder()
    b.weights("w", [6, 3, 3, 3])
    b.node("Conv", ["image", "w"], "c")
    b.constant("scales", [1, 1, 1.5, 2], [4])
    b.constant("one", [Float](repeating: 1.5, count: 6), [6])
    let readsScales = (opType == "Upsample" && opset > 7) || opType == "Resize"
    let others =
      readsScales ? ["scales"] : opType == "BatchNormalization" ? ["one", "one", "one", "one"] : []
    b.node(opType, ["c"] + others, "logits", attributes)
    if opType == "TopK" { b.nodes[1].outputs.append("places") }
    var graph = b.model(opset: opset).graph
    graph.outputs = [
      ModelValue(
        name: "logits", elementType: .float32, dimensions: [.unknown, .unknown, .unknown, .unknown])
    ]
    let model = Model(graph: graph, opset: opset)
    var newer = Graph(model)
    try OpsetUpgrade(from: opset, to: 13).apply(to: &newer)
    let upgraded = newer.model()
    #expect(upgraded.opsets[""] == 13)
    #expect(try SmallModels.run(upgraded) == SmallModels.run(model))
    #expect(try w8.quantize(model).model.opsets[""] == 13)
  }

  /// Before 16, RoiAlign could not say where pixels are.
  @Test func regionsStayWhereTheyAre() throws {
    var b = ModelBuilder()
    b.weights("w", [2, 3, 3, 3])
    b.node("Conv", ["image", "w"], "c")
    b.constant("rois", [0.3, 0.6, 4.2, 5.1], [1, 4])
    b.integers("batch", [1])
    b.node(
      "RoiAlign", ["c", "rois", "batch"], "logits",
      ["output_height": .int(2), "output_width": .int(3)])
    var graph = b.model(opset: 12).graph
    graph.outputs = [
      ModelValue(
        name: "logits", elementType: .float32,
        dimensions: [.fixed(1), .fixed(2), .fixed(2), .fixed(3)])
    ]
    let model = Model(graph: graph, opset: 12)
    var newer = Graph(model)
    try OpsetUpgrade(from: 12, to: 21).apply(to: &newer)
    #expect(try SmallModels.run(newer.model()) == SmallModels.run(model))
  }

  @Test func changedOperatorsAreRefusedByName() throws {
    var b = ModelBuilder()
    b.weights("w", [4, 3, 3, 3])
    b.node("Conv", ["image", "w"], "c")
    b.weights("scale", [2])
    b.node("GroupNormalization", ["c", "scale", "scale"], "logits", ["num_groups": .int(2)])
    let int4 = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4, usesNativeInt4: true)))
    let model = b.model(opset: 18)
    #expect {
      try int4.check(PreparedModel(model))
    } throws: {
      guard case .opsetNotUpgradable(18, 21, let nodes)? = $0 as? QuantizationError else {
        return false
      }
      return nodes == ["node 'GroupNormalization_logits' (GroupNormalization)"]
    }
  }
}

struct GlobTests {
  @Test(arguments: [
    ("conv1", "conv1", true), ("conv1", "conv10", false), ("conv*", "conv10", true),
    ("*", "", true), ("*1*", "a1b", true), ("*1*", "ab", false), ("a?c", "abc", true),
    ("a?c", "ac", false), ("*a*a*b", "aaab", true), ("", "", true), ("", "x", false),
  ])
  func patterns(_ pattern: String, _ name: String, _ matches: Bool) {
    #expect(Glob(pattern).matches(name) == matches)
  }
}

struct SharedModelTests {
  @Test(
    .enabled(if: SharedData.isAvailable),
    arguments: ["resnet20-cifar10", "mobilenetv1-cifar10", "squeezenet1.0"])
  func realModelsQuantize(_ name: String) throws {
    let root = try #require(SharedData.root)
    let model = try Model(contentsOf: "\(root)/data/models/\(name).onnx")
    let scheme = Scheme(weights: WeightScheme(bits: 8), activations: .asymmetricUInt8)
    let ranges = try DataFree.ranges(of: PreparedModel(model), input: .standardNormal)
    let result = try Quantizer(scheme: scheme).quantize(model, ranges: ranges)
    try result.model.validate()
    #expect(result.tensorsWithoutObservations.isEmpty)
    #expect(result.layers.allSatisfy { $0.bits == 8 })
    let floatBytes = try model.serialized().count
    let compression = Double(floatBytes) / Double(try result.model.serialized().count)
    #expect(compression >= (name.hasPrefix("resnet") ? 3.3 : 3.6))
  }
}
