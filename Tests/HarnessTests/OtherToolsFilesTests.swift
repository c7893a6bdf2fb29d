import CalibrantEngine
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness
@testable import CalibrantQuantization

/// Quantized files as ONNX Runtime writes them.
@Suite struct OtherToolsFilesTests {
  /// The small classifier in 8 bits, its Relu left out before the quantizer that implies it, as quantize_static does.
  private static func withoutRelu() throws -> (float: Model, quantized: Model) {
    let float = SmallClassifier.model()
    let quantizer = Quantizer(
      scheme: Scheme(weights: WeightScheme(bits: 8), activations: .asymmetricUInt8))
    let ranges = ActivationRanges(
      tensors: ["image": ValueRange(-1, 1), "r": ValueRange(0, 4), "f": ValueRange(0, 4)])
    var model = try quantizer.quantize(float, ranges: ranges).model
    var graph = model.graph
    graph.nodes = graph.nodes.filter { $0.opType != "Relu" }.map { node in
      var node = node
      node.outputs = node.outputs.map { $0 == "c" ? "r" : $0 }
      return node
    }
    model.graph = graph
    return (float, model)
  }

  @Test func aReluThatTheQuantizerImpliesIsPutBack() throws {
    let (float, quantized) = try Self.withoutRelu()
    let map = try QuantizedLayerMap(
      roundedFrom: float, quantized: quantized)
    #expect(map.quantized.nodes.contains { $0.opType == "Relu" })
    let source = SeededSamples(count: 9)
    let before = try Evaluator(jobs: 1).scores(of: Program(quantized), on: source)
    let after = try Evaluator(jobs: 1).scores(of: Program(map.quantized), on: source)
    #expect(before.values == after.values)
    let errors = try LayerErrorRun(map: map, jobs: 1, isQuiet: true).measure(on: source)
    let decibels = errors.cumulative.compactMap { $0[Rounded.both.rawValue]?.decibels }
    #expect(decibels.count == 2 && decibels.allSatisfy { $0 > 20 })
  }

  @Test func integerOperatorsAreSaidToBeSo() throws {
    var graph = SmallClassifier.model().graph
    graph.nodes[0] = ModelNode(
      "ConvInteger", name: "conv_quant", inputs: ["image", "w"], outputs: ["c"])
    graph.nodes[6].name = "fc_quant"
    let integer = Model(graph: graph, opset: 13)
    let error = #expect(throws: QuantizationError.self) {
      try QuantizedLayerMap(roundedFrom: SmallClassifier.model(), quantized: integer)
    }
    #expect(
      "\(try #require(error))".contains("can be evaluated and validated, but not taken apart"))
  }
}
