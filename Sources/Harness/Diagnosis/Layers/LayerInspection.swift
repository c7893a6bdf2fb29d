import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization
import CalibrantTasks

/// Where a quantized model's error comes from, layer by layer, and what to do about it.
public struct LayerInspection: Sendable {
  /// One layer of the quantized model.
  public struct Layer: Sendable {
    public let name: String
    public let opType: String
    public let weightCount: Int
    /// nil where the weights are float.
    public let bits: Int?
    public let isolated: Decibels
    public let cumulative: Decibels
    public let weights: WeightErrors?
    public let activation: ActivationErrors?
    /// The model with only this layer rounded, and with only this layer in float.
    public let oneIn: VariantEffect
    public let leftOut: VariantEffect
    /// What the file grows by when the layer's weights are float again.
    public let bytesInFloat: Int
  }

  /// SQNR in dB at a layer's output; nil where that part is not rounded or makes no difference.
  public struct Decibels: Sendable, Hashable {
    public let weights: Double?
    public let activations: Double?
    public let both: Double?

    init(_ sums: [Int: SignalAndNoise]) {
      weights = sums[Rounded.weights.rawValue]?.decibels
      activations = sums[Rounded.activations.rawValue]?.decibels
      both = sums[Rounded.both.rawValue]?.decibels
    }
  }

  public let model: String
  public let quantizedModel: String
  /// Whose arithmetic the quantized model was computed in.
  public let hardware: Hardware
  public let imageCount: Int
  /// Images that layers were ranked on.
  public let sampleCount: Int
  public let task: TaskKind
  /// Whether that is by labels; else it is agreement with the float model.
  public let isLabelled: Bool
  /// The most damaging layer first.
  public let layers: [Layer]
  /// The whole quantized model on the sample.
  public let rounded: VariantEffect
  public let float: VariantEffect
  /// What it loses of the metric.
  public let loss: MetricDifference
  public let suggestion: LayerSuggestion?
  /// What a reader must know before believing the numbers.
  public let notes: [String]
  /// How many classes the model scores; nil where only a run tells.
  let classes: Int?
  /// What it was measured on and with.
  public internal(set) var provenance: Provenance?

  /// What is measured, in print.
  var measureName: String {
    float.measure.kind.name + (isLabelled ? "" : " with the original")
  }

  /// What to say where the float model's accuracy is no better than guessing.
  public var chanceWarnings: [String] {
    guard task == .classification, isLabelled, let classes, let top1 = float.metric else {
      return []
    }
    let correct = float.measure.holds.count { $0 == true }
    let interval = Wilson.interval(successes: correct, count: sampleCount)
    return Chance.warnings(top1: top1, interval, classes: classes)
  }
}

/// Makes a `LayerInspection`.
public struct LayerInspectionRun {
  public var jobs: Int
  public var isQuiet: Bool
  public var hardware = Hardware.exact
  /// Images that every layer is tried on, at most half of all: the others say what a suggestion wins.
  public var sampleLimit = 250
  /// Images that candidates for the suggestion are compared on.
  public var probeLimit = 48
  /// Images that errors inside the network are measured on.
  public var errorLimit = 64

  public init(jobs: Int, isQuiet: Bool) {
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  /// Of a model that scores classes.
  ///
  /// - Parameter images: in shuffled order, so that its first part is a fair sample of it.
  public func run(
    _ original: LoadedModel, _ quantized: LoadedModel, images: any MeasuredSamples
  ) throws -> LayerInspection {
    try run(
      original, quantized, task: .classification,
      by: ScoreJudge(images: images, output: original.scores, jobs: jobs))
  }

  /// Of any other model.
  ///
  /// - Parameter images: of `data`, in shuffled order.
  public func run(
    _ original: LoadedModel, _ quantized: LoadedModel, _ data: TaskData, _ settings: TaskSettings,
    images: any MeasuredSamples
  ) throws -> LayerInspection {
    try run(
      original, quantized, task: data.task,
      by: OutputJudge(original, settings, data, images, jobs: jobs))
  }

  private func run(
    _ original: LoadedModel, _ quantized: LoadedModel, task: TaskKind, by judge: some VariantJudge
  ) throws -> LayerInspection {
    let map = try QuantizedLayerMap(roundedFrom: original.model, quantized: quantized.model)
    let images = judge.images
    let count = min(sampleLimit, (images.count + 1) / 2)
    // First, since it refuses what cannot be measured.
    let bench = try judge.bench(map, on: 0..<count, hardware)
    guard bench.floatEffect.metric != nil else { throw HarnessError.nothingToMeasure(task: task) }
    let rounded = try bench.effect { _ in Rounded.both }
    let errors = try LayerErrorRun(map: map, hardware: hardware, jobs: jobs, isQuiet: isQuiet)
      .measure(on: SomeSamples(first: errorLimit, of: images))
    let activations = try ActivationErrors.measure(
      map, on: SomeSamples(first: errorLimit, of: images), jobs: jobs)
    let layers = try layers(map, errors, activations, bench)
    let ranking = layers.indices.sorted {
      (layers[$1].oneIn.cost, $0) < (layers[$0].oneIn.cost, $1)
    }
    let search = SuggestionSearch(
      bench: bench, probe: try judge.bench(map, on: 0..<min(probeLimit, count), hardware),
      ranking: ranking)
    let remedy = try search.run(rounded: rounded)
    let suggestion =
      remedy.isEmpty ? nil : try suggest(remedy, layers, map, by: judge, after: count)
    return LayerInspection(
      model: original.name, quantizedModel: quantized.name, hardware: hardware,
      imageCount: images.count, sampleCount: bench.imageCount, task: task,
      isLabelled: judge.isLabelled,
      layers: ranking.map { layers[$0] }, rounded: rounded, float: bench.floatEffect,
      loss: try bench.loss(of: rounded), suggestion: suggestion,
      notes: Self.notes(layers) + rounded.notes, classes: original.scores.classes,
      provenance: Provenance(original, images))
  }

  private func layers(
    _ map: QuantizedLayerMap, _ errors: LayerErrors, _ activations: [String: ActivationErrors],
    _ bench: any VariantBench
  ) throws -> [LayerInspection.Layer] {
    let progress = Progress("trying layers", total: map.layers.count, isQuiet: isQuiet)
    return try map.layers.enumerated().map { index, layer in
      try Interruption.check()
      let oneIn = try bench.effect { $0.name == layer.name ? .both : [] }
      let leftOut = try bench.effect(of: LayerRemedy(floats: [index]))
      progress.advance(to: index + 1)
      return LayerInspection.Layer(
        name: layer.name, opType: layer.opType, weightCount: layer.elementCount, bits: layer.bits,
        isolated: .init(errors.isolated[index]), cumulative: .init(errors.cumulative[index]),
        weights: try map.weightErrors(of: layer),
        activation: layer.activation.flatMap { activations[$0.source] }, oneIn: oneIn,
        leftOut: leftOut, bytesInFloat: map.growth(of: layer, bytes: 4))
    }
  }

  /// Measures the suggestion on the images that it was not chosen on.
  private func suggest(
    _ remedy: LayerRemedy, _ layers: [LayerInspection.Layer], _ map: QuantizedLayerMap,
    by judge: some VariantJudge, after seen: Int
  ) throws -> LayerSuggestion {
    let count = judge.images.count
    let isHeldOut = count > seen
    let bench = try judge.bench(map, on: (isHeldOut ? seen : 0)..<count, hardware)
    let before = try bench.effect { _ in .both }
    let after = try bench.effect(of: remedy)
    let (floats, eightBits) = (remedy.floats.sorted(), remedy.eightBits.sorted())
    let all = layers.reduce(0) { $0 + $1.weightCount }
    return LayerSuggestion(
      floats: floats.map { layers[$0].name }, eightBits: eightBits.map { layers[$0].name },
      weightShare: Double(floats.reduce(0) { $0 + layers[$1].weightCount }) / Double(max(all, 1)),
      bytes: floats.reduce(0) { $0 + layers[$1].bytesInFloat }
        + eightBits.reduce(0) { $0 + map.growth(of: map.layers[$1], bytes: 1) },
      count: bench.imageCount, before: try bench.loss(of: before),
      after: try bench.loss(of: after), isHeldOut: isHeldOut)
  }

  /// Weights nowhere near the original's were rescaled, and returning such a layer alone to float
  /// would mix two networks.
  private static func notes(_ layers: [LayerInspection.Layer]) -> [String] {
    let rescaled = layers.filter { ($0.weights?.sqnr ?? .infinity) < 3 && ($0.bits ?? 32) >= 4 }
    guard !rescaled.isEmpty else { return [] }
    return [
      "the weights of \(rescaled.map(\.name).joined(separator: ", ")) are not the original's rounded: "
        + "was the file equalized? What returning such layers to float would do is not known"
    ]
  }
}
