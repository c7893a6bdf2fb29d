import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness
@testable import CalibrantQuantization

/// What `validate` finds, and what it can tell from noise and from samples.
@Suite struct QuantizedModelCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ model: Model) throws -> String {
    let path = folder.file(name)
    try model.write(to: path)
    return path
  }

  /// In 8 bits, with one range for the image and all activations.
  private func quantized(_ model: Model, _ range: ValueRange) throws -> Model {
    let quantizer = Quantizer(
      scheme: Scheme(weights: WeightScheme(bits: 8), activations: .asymmetricUInt8))
    let ranges = ActivationRanges(tensors: ["image": range, "r": range, "f": range])
    return try quantizer.quantize(model, ranges: ranges).model
  }

  private let samples = CalibrationData(
    SeededSamples(count: 5), digest: "seeded", preparation: "none")

  private func check(
    _ original: Model, _ quantized: Model, on samples: CalibrationData? = nil
  ) throws -> QuantizedModelCheck {
    try QuantizedModelCheck(
      original: file("original.onnx", original), quantized: file("quantized.onnx", quantized),
      samples: samples)
  }

  private func failures(_ check: QuantizedModelCheck) -> [String] {
    check.findings.filter { !$0.passed }.map(\.check)
  }

  @Test func aSoundFilePassesOnNoiseAndOnSamples() throws {
    let model = SmallClassifier.model()
    let sound = try quantized(model, ValueRange(-4, 4))
    let onNoise = try check(model, sound)
    #expect(failures(onNoise) == [])
    #expect(onNoise.findings.last?.check == "outputs on noise")
    let onSamples = try check(model, sound, on: samples)
    #expect(failures(onSamples) == [])
    #expect(onSamples.findings.last?.check == "outputs on samples")
    let detail = try #require(onSamples.findings.last?.detail)
    #expect(detail.wholeMatch(of: /SQNR \d+\.\d dB against the original/) != nil)
  }

  /// Rows are averaged by 48, and one has to be left: noise of 224 rows would not run.
  @Test func noiseHasASizeThatTheNetworkTakes() throws {
    let model = Model(
      graph: ModelGraph(
        name: "reader",
        nodes: [
          ModelNode("Conv", name: "conv", inputs: ["x", "w"], outputs: ["mixed"]),
          ModelNode(
            "AveragePool", name: "pool", inputs: ["mixed"], outputs: ["row"],
            attributes: ["kernel_shape": .ints([48, 1]), "strides": .ints([48, 1])]),
          ModelNode("Squeeze", name: "line", inputs: ["row", "axis"], outputs: ["y"]),
        ],
        inputs: [
          ModelValue(
            name: "x", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .unknown, .unknown])
        ],
        outputs: [
          ModelValue(
            name: "y", elementType: .float32, dimensions: [.unknown, .unknown, .unknown])
        ],
        initializers: [
          ModelTensor(
            name: "w", elementType: .float32, dims: [2, 3, 1, 1],
            values: [1, 0.5, 0, 0, -1, 0.25] as [Float]),
          ModelTensor(name: "axis", elementType: .int64, dims: [1], values: [2] as [Int64]),
        ]), opset: 13)
    let quantizer = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 8)))
    let quantized = try quantizer.quantize(model, ranges: ActivationRanges(tensors: [:])).model
    let findings = try check(model, quantized).findings
    #expect(findings.allSatisfy { $0.passed }, "\(findings)")
    #expect(findings.last?.detail.contains("SQNR") == true)
  }

  /// The small classifier whose scores go through another operator.
  private func ending(with opType: String) -> Model {
    var model = SmallClassifier.model()
    var graph = model.graph
    graph.nodes.append(ModelNode(opType, name: "end", inputs: ["scores"], outputs: ["ended"]))
    graph.outputs = [ModelValue(name: "ended", elementType: .float32, dimensions: [.unknown])]
    model.graph = graph
    return model
  }

  /// Scores of the opposite sign are worse than none: noise cannot tell that from what noise does, samples can.
  @Test func scoresThatAreUnrelated() throws {
    let opposite = try quantized(ending(with: "Identity"), ValueRange(-4, 4))
    let onNoise = try check(ending(with: "Neg"), opposite)
    #expect(failures(onNoise) == [])
    let detail = try #require(onNoise.findings.last?.detail)
    #expect(detail.hasSuffix("; noise cannot tell whether that is a fault, --data can"))
    #expect(
      failures(try check(ending(with: "Neg"), opposite, on: samples)) == ["outputs on samples"])
  }

  /// The small classifier whose scores a constant is added to.
  private func masked(_ mask: [Float]) -> Model {
    var model = SmallClassifier.model()
    var graph = model.graph
    graph.nodes.append(
      ModelNode("Add", name: "mask", inputs: ["scores", "m"], outputs: ["masked"]))
    graph.nodes.append(ModelNode("Softmax", name: "p", inputs: ["masked"], outputs: ["shares"]))
    graph.outputs = [ModelValue(name: "shares", elementType: .float32, dimensions: [.unknown])]
    graph.initializers.append(
      ModelTensor(name: "m", elementType: .float32, dims: [4], values: mask))
    model.graph = graph
    return model
  }

  @Test func masksOfMinusInfinityAreNoFault() throws {
    let model = masked([0, -.infinity, 0, -.infinity])
    let sound = try quantized(model, ValueRange(-4, 4))
    #expect(failures(try check(model, sound)) == [])
    #expect(failures(try check(model, sound, on: samples)) == [])
  }

  @Test func constantsOfNaNAre() throws {
    let broken = masked([0, .nan, 0, 0])
    let check = try check(masked([0, 0, 0, 0]), quantized(broken, ValueRange(-4, 4)))
    #expect(failures(check) == ["weights", "outputs on noise"])
    #expect(check.findings.contains { $0.detail == "NaN or infinite: m" })
  }

  @Test func infiniteWeightsAre() throws {
    let model = SmallClassifier.model()
    var broken = model
    var graph = model.graph
    let weights = try #require(graph.initializers.firstIndex { $0.name == "v" })
    graph.initializers[weights] = ModelTensor(
      name: "v", elementType: .float32, dims: [8, 4],
      values: [Float](repeating: -.infinity, count: 32))
    broken.graph = graph
    #expect(failures(try check(model, broken)).contains("weights"))
  }

  /// Noise for an input of that size is more than there is memory, and its size no integer.
  @Test(arguments: [.max, 1 << 40]) func inputsThatNoMemoryHolds(side: Int) {
    var model = SmallClassifier.model()
    var graph = model.graph
    graph.nodes = [ModelNode("Relu", name: "r", inputs: ["image"], outputs: ["scores"])]
    graph.inputs = [
      ModelValue(
        name: "image", elementType: .float32,
        dimensions: [.fixed(1), .fixed(3), .fixed(side), .fixed(side)])
    ]
    model.graph = graph
    #expect(throws: GraphError.self) { try check(model, model) }
  }
}
