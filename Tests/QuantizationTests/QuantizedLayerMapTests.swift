import CalibrantEngine
import CalibrantONNXFormat
import Testing

@testable import CalibrantQuantization

struct QuantizedLayerMapTests {
  /// Other quantizers fold what follows into a layer, which keeps its name and computes another value.
  @Test func layersThatComputeAnotherValueAreNotShared() throws {
    let model = SmallModels.mixed()
    let scheme = Scheme(weights: WeightScheme(bits: 8))
    let quantized = try Quantizer(scheme: scheme).quantize(model).model
    let all = try QuantizedLayerMap(float: model, quantized: quantized).layers
    let layer = try #require(all.first)
    var other = quantized
    for (index, node) in other.graph.nodes.enumerated() {
      func renamed(_ name: String) -> String { name == layer.output ? "folded" : name }
      other.graph.nodes[index].inputs = node.inputs.map(renamed)
      other.graph.nodes[index].outputs = node.outputs.map(renamed)
    }
    let shared = try QuantizedLayerMap(float: model, quantized: other).layers
    #expect(shared.map(\.name) == all.dropFirst().map(\.name))
  }
}
