import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization

/// How far one layer's output in a quantized file is from the original's, all rounding before it included.
public struct LayerNoise: Sendable, Codable, Hashable {
  public let layer: String
  /// In dB, on the first images of the run; nil where nothing differs.
  public let sqnr: Double?

  public init(layer: String, sqnr: Double?) {
    self.layer = layer
    self.sqnr = sqnr
  }
}

/// Measures the layers of one arm after the other on the same few images.
struct LayerNoiseRun {
  let jobs: Int
  /// By the content of the file: equal files are run once.
  private var known: [String: [LayerNoise]] = [:]

  init(jobs: Int) { self.jobs = jobs }

  /// Few images, so that a comparison takes hardly longer for it: errors inside a network hardly depend on the image.
  private static func sample(_ images: some SampleSource) -> SomeSamples {
    SomeSamples(first: min(8, max(4, images.count / 250)), of: images)
  }

  /// - Parameter float: what the file was made from.
  /// - Returns: the layers in the order of the graph; none where the file shares no layer with the original.
  mutating func measure(
    _ model: LoadedModel, madeFrom float: Model, on images: some SampleSource
  ) throws -> [LayerNoise] {
    if let result = known[model.sha256] { return result }
    let result = try measure(model, PreparedModel(float).assembled(), Self.sample(images))
    known[model.sha256] = result
    return result
  }

  private func measure(
    _ model: LoadedModel, _ float: Model, _ source: SomeSamples
  ) throws -> [LayerNoise] {
    guard let map = try? QuantizedLayerMap(float: float, quantized: model.model) else { return [] }
    let outputs = map.layers.map(\.output)
    let float = try Program(map.float, observing: outputs)
    let quantized = try Program(map.quantized, observing: outputs)
    let batching = try Batching(source, for: float)
    var total = outputs.map { _ in SignalAndNoise() }
    try processInOrder(units: batching.unitCount, jobs: jobs) {
      let (before, after) = (SessionBox(float), SessionBox(quantized))
      return { unit in
        try Self.sums(before, after, batching.inputs(unit, from: source), layers: outputs.count)
      }
    } consume: { _, sums in
      for (layer, sum) in sums.enumerated() { total[layer].merge(sum) }
    }
    return zip(map.layers, total).map { LayerNoise(layer: $0.name, sqnr: $1.decibels) }
  }

  private static func sums(
    _ before: SessionBox, _ after: SessionBox, _ inputs: [Tensor], layers: Int
  ) throws -> [SignalAndNoise] {
    var references: [Tensor?] = Array(repeating: nil, count: layers)
    var sums = Array(repeating: SignalAndNoise(), count: layers)
    _ = try before.session.run(inputs) { references[$0] = $1.copied() }
    _ = try after.session.run(inputs) { layer, values in
      references[layer]?.withBuffer(of: Float.self) { sums[layer].add($0, values.floats) }
      references[layer] = nil
    }
    return sums
  }
}
