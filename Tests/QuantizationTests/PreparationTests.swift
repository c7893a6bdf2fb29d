import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

/// What is done to a model before its layers are looked at.
struct PreparationTests {
  private let w8 = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 8)))

  /// A classifier whose convolution reads `w`, made by `nodes`.
  private static func classifier(opset: Int = 13, _ make: (inout ModelBuilder) -> Void) -> Model {
    var b = ModelBuilder()
    make(&b)
    b.node("Conv", ["image", "w"], "c")
    b.node("Relu", ["c"], "r")
    b.node("GlobalAveragePool", ["r"], "gap")
    b.node("Flatten", ["gap"], "flat")
    b.weights("v", [5, 8])
    b.node("Gemm", ["flat", "v"], "logits", ["transB": .int(1)])
    return b.model(opset: opset)
  }

  /// Ways in which exporters hide weights.
  private static let hidden: [(name: String, model: Model)] = [
    (
      "transposed",
      classifier {
        $0.weights("raw", [3, 3, 3, 8])
        $0.node("Transpose", ["raw"], "w", ["perm": .ints([3, 2, 0, 1])])
      }
    ),
    (
      "standardised",
      classifier {
        $0.weights("raw", [8, 3, 3, 3])
        $0.node("ReduceMean", ["raw"], "mean", ["axes": .ints([1, 2, 3])])
        $0.node("Sub", ["raw", "mean"], "w")
      }
    ),
    (
      "normalized in training mode, as timm exports its standardised convolutions",
      classifier(opset: 15) {
        $0.weights("raw", [8, 3, 3, 3])
        $0.integers("rows", [1, 8, -1])
        $0.integers("back", [8, 3, 3, 3])
        $0.constant("gain", (1...8).map { Float($0) / 8 }, [8])
        for zero in ["beta", "mean"] { $0.constant(zero, [Float](repeating: 0, count: 8), [8]) }
        $0.constant("var", [Float](repeating: 1, count: 8), [8])
        $0.node("Reshape", ["raw", "rows"], "reshaped")
        $0.node(
          "BatchNormalization", ["reshaped", "gain", "beta", "mean", "var"], "normalized",
          ["training_mode": .int(1)])
        $0.node("Reshape", ["normalized", "back"], "w")
      }
    ),
    (
      "cast from float16",
      classifier {
        let halves = (0..<216).map { i -> UInt16 in UInt16(0x2C00 + 31 * i % 0x800) }
        $0.initializers.append(
          ModelTensor(name: "half", elementType: .float16, dims: [8, 3, 3, 3], values: halves))
        $0.node("Cast", ["half"], "w", ["to": .int(ElementType.float32.rawValue)])
      }
    ),
  ]

  @Test(arguments: hidden.indices) func weightsThatConstantsMakeAreQuantized(_ index: Int) throws {
    let (name, model) = Self.hidden[index]
    let result = try w8.quantize(model)
    #expect(result.layers.map(\.bits) == [8, 8] && result.unquantizedLayers.isEmpty, "\(name)")
    try result.model.validate()
    let (before, after) = (try SmallModels.run(model), try SmallModels.run(result.model))
    let scale = before.map(abs).max() ?? 0
    #expect(scale > 0 && largestDifference(before, after) < 0.02 * scale, "\(name)")
    let raw = result.model.graph.initializers.map(\.name).filter { ["raw", "half"].contains($0) }
    #expect(raw.isEmpty, "\(name): what nothing reads is gone")
  }

  /// Nodes that compute shapes from the input, or differently each time, stay.
  @Test func whatFollowsFromInputsStays() throws {
    let model = SmallModels.mixed()
    let kinds = try PreparedModel(model).assembled().graph.nodes.map(\.opType)
    #expect(kinds.contains("Shape") && kinds.contains("Gather"))
  }

  @Test func float16ModelsBecomeFloat32BehindCasts() throws {
    let halves = ElementType.float16
    func tensor(_ name: String, _ dims: [Int]) -> ModelTensor {
      // Between 2⁻⁴ and 2⁻², every second one negative.
      let count = dims.reduce(1, *)
      let bits = (0..<count).map { (i: Int) -> UInt16 in
        let sign = i % 2 * 0x8000
        return UInt16(sign + 0x2C00 + 37 * i % 0x800)
      }
      return ModelTensor(name: name, elementType: halves, dims: dims, values: bits)
    }
    let batch: [CalibrantONNXFormat.Dimension] = [.symbolic("N")]
    let model = Model(
      graph: ModelGraph(
        name: "half",
        nodes: [
          ModelNode("Conv", name: "conv", inputs: ["image", "w"], outputs: ["c"]),
          ModelNode("Flatten", name: "flat", inputs: ["c"], outputs: ["f"]),
          ModelNode("Gemm", name: "logits_Cast", inputs: ["f", "v"], outputs: ["logits"]),
        ],
        inputs: [
          ModelValue(
            name: "image", elementType: halves,
            dimensions: batch + [.fixed(3), .fixed(8), .fixed(8)])
        ],
        outputs: [ModelValue(name: "logits", elementType: halves, dimensions: batch + [.fixed(5)])],
        initializers: [tensor("w", [4, 3, 3, 3]), tensor("v", [144, 5])]), opset: 13)
    let result = try w8.quantize(model).model
    try result.validate()
    let graph = result.graph
    #expect(graph.inputs[0].elementType == halves && graph.outputs[0].elementType == halves)
    #expect(graph.initializers.allSatisfy { $0.elementType != halves })
    #expect(Set(graph.nodes.map(\.displayName)).count == graph.nodes.count, "names are unique")
    #expect(graph.nodes.filter { $0.opType == "Cast" }.count == 2)
    let (before, after) = (try SmallModels.run(model), try SmallModels.run(result))
    #expect(largestDifference(before, after) < 0.02 * (before.map(abs).max() ?? 0))
    #expect(try result.widenedToFloat32().graph.nodes.count > graph.nodes.count - 1)
  }

  /// Layers that cannot be quantized are named with the reason.
  @Test func whatStaysInFloatIsNamed() throws {
    var b = ModelBuilder()
    b.weights("w", [8, 3, 3, 3])
    b.node("Conv", ["image", "w"], "c")
    b.weights("t", [8, 3, 2, 2])
    b.node("ConvTranspose", ["c", "t"], "d", ["group": .int(2)])
    b.node("GlobalAveragePool", ["d"], "kernel")
    b.node("Conv", ["d", "kernel"], "logits", ["group": .int(1)])
    let result = try w8.quantize(b.model(output: "logits"))
    #expect(result.layers.map(\.name) == ["Conv_c"])
    #expect(result.unquantizedLayers.map(\.name) == ["ConvTranspose_d", "Conv_logits"])
    #expect(result.unquantizedLayers[0].reason.contains("2 groups"))
    #expect(result.unquantizedLayers[1].reason.contains("computed"))
  }

  @Test func nonFiniteBiasesAreRefused() throws {
    var b = ModelBuilder()
    b.weights("w", [5, 3, 8, 8])
    b.constant("bias", [0, .infinity, 0, 0, 0], [5])
    b.node("Conv", ["image", "w", "bias"], "logits")
    let model = b.model()
    #expect {
      try w8.check(PreparedModel(model))
    } throws: {
      if case .nonFiniteWeights("bias", "Conv_logits")? = $0 as? QuantizationError {
        true
      } else {
        false
      }
    }
  }
}

/// Layers that read the same weights along different axes.
struct TiedWeightsTests {
  private static let w8a8 = Quantizer(
    scheme: Scheme(weights: WeightScheme(bits: 8), activations: .asymmetricUInt8))

  /// An encoder and a decoder that share a matrix: MatMul and Gemm with transB, in either order.
  private static func matrices(inner: Int, gemmFirst: Bool) -> Model {
    var b = ModelBuilder()
    b.weights("w0", [8, 3, 3, 3])
    b.node("Conv", ["image", "w0"], "c")
    b.node("Relu", ["c"], "r")
    b.node("GlobalAveragePool", ["r"], "gap")
    b.node("Flatten", ["gap"], "f")
    // Rows of very different sizes: scales along the wrong axis show.
    let spread = (0..<8 * inner).map { Float($0 % 5 - 2) * Float(1 << ($0 / inner % 4)) / 8 }
    b.weights("bias", [gemmFirst ? inner : 8])
    if gemmFirst {
      b.constant("e", spread, [inner, 8])
      b.node("Gemm", ["f", "e", "bias"], "h", ["transB": .int(1)])
      b.node("Relu", ["h"], "hr")
      b.node("MatMul", ["hr", "e"], "logits")
    } else {
      b.constant("e", spread, [8, inner])
      b.node("MatMul", ["f", "e"], "h")
      b.node("Relu", ["h"], "hr")
      b.node("Gemm", ["hr", "e", "bias"], "logits", ["transB": .int(1)])
    }
    return b.model()
  }

  private static func convolutions() -> Model {
    var b = ModelBuilder()
    b.weights("w0", [4, 3, 3, 3])
    b.node("Conv", ["image", "w0"], "c0")
    b.node("Relu", ["c0"], "r0")
    b.weights("w", [8, 4, 3, 3])
    b.node("Conv", ["r0", "w"], "c")
    b.node("Relu", ["c"], "r")
    b.weights("bias", [4])
    b.node("ConvTranspose", ["r", "w", "bias"], "d")
    b.node("GlobalAveragePool", ["d"], "gap")
    b.node("Flatten", ["gap"], "logits")
    return b.model()
  }

  private static let models: [Model] = [
    matrices(inner: 8, gemmFirst: false), matrices(inner: 4, gemmFirst: false),
    matrices(inner: 4, gemmFirst: true), convolutions(),
  ]

  @Test(arguments: models.indices) func everyReaderHasScalesOfItsOwn(_ index: Int) throws {
    let model = Self.models[index]
    let ranges = try Self.observedRanges(model)
    var options = WalkOptions()
    options.rounding = .optimal
    let walk = try SequentialWalk(
      PreparedModel(model), quantizer: Self.w8a8, ranges: ranges, fallback: ActivationRanges(),
      options: options)
    let calibration = try walk.run(on: Images(), executor: SerialExecutor())
    let result = try Self.w8a8.quantize(model, ranges: ranges, calibration: calibration)
    try result.model.validate()
    let prepared = GraphFacts(result.model)
    for node in Graph(result.model).nodes {
      guard let weight = node.input(1),
        let axis = WeightAxis.axis(of: node, rank: prepared.rank(weight))
      else { continue }
      #expect(prepared.channelAxis(weight) == axis, "\(node.displayName)")
    }
    let image = Images().inputs(0)[0]
    func scores(_ model: Model) throws -> [Float] {
      var session = Session(try Program(model))
      return try session.run([image])[0].array(of: Float.self)
    }
    let (before, after) = (try scores(model), try scores(result.model))
    #expect(largestDifference(before, after) < 0.05 * (before.map(abs).max() ?? 0))
  }

  private static func observedRanges(_ model: Model) throws -> ActivationRanges {
    var observer = Observer(try w8a8.activationTensors(of: model))
    var session = Session(try Program(model, observing: observer.names))
    let images = Images()
    for unit in 0..<images.unitCount {
      _ = try session.run(images.inputs(unit)) { observer.observe($0, $1, samples: 16) }
    }
    return ActivationRanges(
      observer.tensors, method: MinMax(), grid: ActivationScheme.asymmetricUInt8.grid)
  }

  private struct Images: WalkInput {
    let unitCount = 10
    let sampleCount = 160
    func inputs(_ unit: Int) -> [Tensor] {
      [Tensor(Samples.bell(seed: UInt64(unit), count: 16 * 192), shape: [16, 3, 8, 8])]
    }
    func samples(in unit: Int) -> Int { 16 }
  }
}

/// What a quantized file says of a dequantized weight.
private struct GraphFacts {
  private let producers: [String: ModelNode]
  private let ranks: [String: Int]

  init(_ model: Model) {
    producers = Dictionary(
      model.graph.nodes.map { ($0.outputs[0], $0) }, uniquingKeysWith: { a, _ in a })
    ranks = Dictionary(
      model.graph.initializers.map { ($0.name, $0.dims.count) }, uniquingKeysWith: { a, _ in a })
  }

  private func dequantize(_ name: String) -> ModelNode? {
    producers[name].flatMap { $0.opType == "DequantizeLinear" ? $0 : nil }
  }

  func rank(_ name: String) -> Int { dequantize(name).flatMap { ranks[$0.inputs[0]] } ?? 0 }

  func channelAxis(_ name: String) -> Int? {
    guard case .int(let axis)? = dequantize(name)?[attribute: "axis"] else { return nil }
    return axis
  }
}
