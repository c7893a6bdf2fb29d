import Engine
import ONNXFormat
import Quantization

/// How one variant of the quantized model does on the sample.
public struct VariantEffect: Sendable {
  /// Of the scores, against the float model's.
  public let noise: SignalAndNoise
  /// Per image: whether the highest score is the label, or the float model's highest where there are no
  /// labels.
  let isCorrect: [Bool]

  public var correct: Int { isCorrect.count { $0 } }
  public var top1: Double { isCorrect.isEmpty ? 0 : Double(correct) / Double(isCorrect.count) }

  init(_ scores: Scores, float: Scores, labels: [Int]) {
    var noise = SignalAndNoise()
    float.values.withUnsafeBufferPointer { x in
      scores.values.withUnsafeBufferPointer { noise.add(x, $0) }
    }
    self.noise = noise
    isCorrect = labels.enumerated().map { scores.top(1, of: $0.offset).classes.first == $0.element }
  }

  /// This variant against the float model on the same images.
  func counts(against float: VariantEffect) -> PairedCounts {
    var counts = PairedCounts(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
    for (before, after) in zip(float.isCorrect, isCorrect) {
      counts.add(before: before, after: after)
    }
    return counts
  }
}

/// Runs variants of a quantized model on a sample.
struct VariantBench<Source: SampleSource> {
  let map: QuantizedLayerMap
  let source: Source
  let labels: [Int]
  let hardware: Hardware
  private let evaluator: Evaluator
  private let float: Scores
  let floatEffect: VariantEffect

  /// - Parameter labels: one per sample; the float model's own answers stand in where they are unknown.
  init(
    _ map: QuantizedLayerMap, _ source: Source, labels: [Int], _ evaluator: Evaluator,
    hardware: Hardware = .exact
  ) throws {
    self.map = map
    self.hardware = hardware
    self.source = source
    self.evaluator = evaluator
    let float = try evaluator.scores(of: Program(map.float), on: source)
    if let sample = (0..<float.count).first(where: { float.top(1, of: $0).isEmpty }),
      let origin = try NonFiniteOrigin.find(in: map.float.model(), on: source, among: [sample])
    {
      throw HarnessError.nonFiniteValues(origin)
    }
    self.float = float
    self.labels =
      labels.contains { $0 < 0 }
      ? (0..<float.count).map { float.top(1, of: $0).classes.first ?? -1 } : labels
    floatEffect = VariantEffect(float, float: float, labels: self.labels)
  }

  func effect(_ rounded: (InspectedLayer) -> Rounded) throws -> VariantEffect {
    let scores = try evaluator.scores(
      of: Program(map.variant(rounded), hardware: hardware), on: source)
    return VariantEffect(scores, float: float, labels: labels)
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
