import CalibrantEngine
import CalibrantQuantization

/// Tries variants of a quantized model on the same images.
protocol VariantBench {
  var map: QuantizedLayerMap { get }
  var imageCount: Int { get }
  /// The float model beside itself.
  var floatEffect: VariantEffect { get }

  func effect(of variant: Graph) throws -> VariantEffect

  /// What a variant loses beside the float model, with an interval.
  func loss(of effect: VariantEffect) throws -> MetricDifference
}

extension VariantBench {
  func effect(_ rounded: (InspectedLayer) -> Rounded) throws -> VariantEffect {
    try effect(of: map.variant(rounded))
  }

  /// Everything rounded as in the file but the layers that `remedy` changes.
  func effect(of remedy: LayerRemedy) throws -> VariantEffect {
    let floats = Set(remedy.floats.map { map.layers[$0].name })
    let eightBits = Set(remedy.eightBits.map { map.layers[$0].name })
    return try effect { layer in
      floats.contains(layer.name)
        ? [] : eightBits.contains(layer.name) ? [.eightBits, .activations] : .both
    }
  }
}

/// What variants of a quantized model are judged by: makes benches.
protocol VariantJudge {
  /// All images there are.
  var images: any MeasuredSamples { get }
  /// Whether the metric is against labels; else it is agreement with the float model.
  var isLabelled: Bool { get }

  func bench(
    _ map: QuantizedLayerMap, on range: Range<Int>, _ hardware: Hardware
  ) throws -> any VariantBench
}

extension SampleSource {
  /// The samples at some positions.
  func some(_ range: Range<Int>) -> SomeSamples {
    SomeSamples(self, at: range)
  }
}
