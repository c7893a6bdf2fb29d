import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat
import CalibrantQuantization

/// How models are quantized, whatever the scheme and the method.
public struct QuantizationOptions: Sendable {
  public var granularity = Granularity.perChannel
  /// nil chooses by scheme: symmetric where 8-bit activations let integer kernels run, which want it; asymmetric in
  /// weight-only files and below 8 bits, where a zero point costs nothing and the finer grid counts.
  public var hasSymmetricWeights: Bool?
  public var activations = ActivationScheme.asymmetricUInt8
  /// Whether weights of 4 bits and fewer are stored two a byte, as ONNX INT4, where the model can be moved to the operator
  /// set that has it (21).
  public var usesNativeInt4 = true
  /// Inputs of a MatMul or Gemm that share a scale, where weights are stored as INT4; nil where all of them do.
  public var blockSize: Int?
  public var policy = Policy(endBits: 8, smallBits: 8)
  /// Whether biases make up for what rounding the weights does to the mean of a layer's outputs.
  public var correctsBiases = true
  /// Whether channels are equalized across layers; nil does where one scale serves a whole weight tensor.
  public var equalizes: Bool?
  /// How weights are rounded where there is data; nil is optimal, but to nearest in wide layers whose 8 bits and scales
  /// per channel leave little to gain.
  public var rounding: WeightRounding?
  /// Whether optimal rounding also makes up for what earlier layers lost.
  public var repairsEarlierLayers = true
  /// Whether weights are kept where x86 CPUs without VNNI clamp no sum; weights rounded plainly never are.
  public var saturationSafety = SaturationSafety.auto
  /// What distinguishes the factors by which channels of activations were divided; nil where none were.
  var balance: String?
  /// What may be computed in float because rounding its inputs costs too much; `auto` is what `effort` allows, for the method `auto`.
  public var floatBudget = FloatBudget.auto
  public var effort = Effort.usual
  /// The runtime that files are for; nil makes what the standard allows (`fit`).
  public internal(set) var target: RuntimeTarget?

  public init() {}

  var equalizesModel: Bool { equalizes ?? (granularity == .perTensor) }

  /// What `walkOptions` takes for wide: at 8 bits narrower layers hold nearly all that optimal rounding gains
  /// (MobileNetV1's 3 × 3 depthwise layers above all).
  private static let wideColumns = 256

  func walkOptions(_ scheme: SchemeName) -> WalkOptions {
    var walk = WalkOptions()
    walk.correctsBiases = correctsBiases
    walk.rounding = rounding ?? (effort == .quick ? .nearest : .optimal)
    walk.repairsEarlierLayers = repairsEarlierLayers
    walk.saturationSafety = saturationSafety
    walk.searchLimits = effort.searchLimits
    let isFine = scheme.weightBits >= 8 && granularity == .perChannel
    if rounding == nil, isFine { walk.widestOptimal = Self.wideColumns }
    return walk
  }
}

/// One model, quantized in several ways.
public struct QuantizationJob: Sendable {
  /// The float model that is quantized: the given one, or the same function with equalized channels.
  public let model: Model
  /// The same, as quantization starts from it.
  let prepared: PreparedModel
  public private(set) var options: QuantizationOptions
  /// What a reader of what it makes from data should know, one sentence each.
  var notes: [String] = []
  /// The job of the same model with its channels as they were, where this one's are balanced; else none.
  private var unbalanced: [QuantizationJob] = []
  /// What keeps the model from storing weights of 4 bits two a byte.
  private let obstacles: [String]
  /// Ranges predicted from the file alone: what weight-based schemes use, and the fallback of observed ones.
  public let predicted: ActivationRanges
  /// Means predicted from the file alone, for biases corrected without data.
  private let predictedMeans: ChannelMeans
  private let preprocessing: String
  /// What stands in for data where the file states nothing of its activations.
  private let synthetic: Result<SyntheticImages, HarnessError>
  private var dataFree = DataFreeModels()
  /// Whether anything is known of activations without data: they follow from an image's pixels.
  let readsImages: Bool
  var hasSyntheticImages: Bool { (try? synthetic.get()) != nil }

  public init(_ model: Model, _ preprocessing: Preprocessing, _ options: QuantizationOptions) throws
  {
    // What is observed has the names that the quantized file will have.
    let widened = try model.widenedToFloat32()
    let model = options.equalizesModel ? try CrossLayerEqualization.equalized(widened) : widened
    self.model = model
    prepared = try PreparedModel(model)
    let obstacles = CodeStorage.obstacles(to: options, in: prepared)
    self.obstacles = obstacles
    self.options = options
    if !obstacles.isEmpty { self.options.usesNativeInt4 = false }
    let program = try Program(model)
    let imageInput = Result { () throws(HarnessError) in try ImageInput(of: program) }
    self.preprocessing = preprocessing.description
    synthetic = imageInput.flatMap { input in
      Result { () throws(HarnessError) in
        SyntheticImages(
          count: 64, for: input, try input.sides(in: program, preprocessing), preprocessing)
      }
    }
    if case .success = imageInput { readsImages = true } else { readsImages = false }
    guard readsImages else {
      (predicted, predictedMeans) = (ActivationRanges(), ChannelMeans())
      return
    }
    let input = InputDistribution(preprocessing)
    predicted = try DataFree.ranges(of: prepared, input: input)
    predictedMeans = try DataFree.means(of: prepared, input: input)
  }

  /// Refuses, before any data is read, a model that one of the schemes cannot be made of.
  public func check(_ schemes: [SchemeName]) throws {
    for scheme in schemes { try quantizer(scheme).check(prepared) }
  }

  /// Quantizes without data: rounded to nearest, or with biases corrected for predicted inputs.
  ///
  /// Where batch norms state what every layer reads, that is the prediction; elsewhere means are those that synthetic
  /// images give, and ranges hold what these show, what flat images do (textures average out, documents and signs do
  /// not), and what batch norms state.
  public func weightBased(
    _ scheme: SchemeName, isCorrected: Bool, _ walker: CalibrationWalk
  ) throws -> QuantizedModel {
    let quantized =
      isCorrected
      ? try dataFree.model(scheme) { try corrected(scheme, walker) }
      : try quantizer(scheme).quantize(prepared, ranges: predicted)
    return noted(quantized, scheme)
  }

  /// With what a reader of any file of this job should know.
  private func noted(_ quantized: QuantizedModel, _ scheme: SchemeName) -> QuantizedModel {
    var quantized = quantized
    let target = options.target
    quantized.note([target?.sentence].compactMap(\.self) + (target?.warnings(of: [scheme]) ?? []))
    quantized.note(
      CodeStorage(options.scheme(scheme), obstacles).sentences(on: quantized, for: target))
    return quantized
  }

  private func corrected(
    _ scheme: SchemeName, _ walker: CalibrationWalk
  ) throws -> QuantizedModel {
    let quantizer = quantizer(scheme)
    if let made = try withoutWalk(
      scheme, calibration: { try safeWeights(scheme, quantizer, walker) })
    {
      return made
    }
    let images = try CalibrationData(synthetic.get())
    let ranges = try dataFreeRanges(scheme, walker, shownBy: images.source)
    var walk = WalkOptions()
    walk.rounding = .nearest
    walk.saturationSafety = options.saturationSafety
    let calibration = try fit(
      scheme, ranges, walk, on: images, walker,
      judge: walker.judge(of: self, walk, on: images), title: "correcting \(scheme.text)")
    return try quantizer.quantize(
      prepared, ranges: ranges, fallback: predicted, calibration: calibration)
  }

  /// What is made from the file alone; nil where it does not state every mean.
  func withoutWalk(
    _ scheme: SchemeName, calibration: () throws -> Calibration = { Calibration() }
  ) throws -> QuantizedModel? {
    guard DataFree.knowsEveryMean(of: prepared) else { return nil }
    return try quantizer(scheme).quantize(
      prepared, ranges: predicted, means: predictedMeans, calibration: calibration())
  }

  /// The float model with activations rounded within the ranges that a few synthetic images give: nearly those of all.
  func roundingWithoutData(_ scheme: SchemeName, _ walker: CalibrationWalk) throws -> Model {
    let images = try SomeSamples(first: Self.fewImages, of: synthetic.get())
    return try quantizer(scheme).roundingActivations(
      prepared, ranges: dataFreeRanges(scheme, walker, shownBy: images), fallback: predicted)
  }

  private static let fewImages = 16

  /// Of the activations that a scheme quantizes, as synthetic images show them.
  private func dataFreeRanges(
    _ scheme: SchemeName, _ walker: CalibrationWalk, shownBy images: some SampleSource
  ) throws -> ActivationRanges {
    let targets = try targets([scheme])
    guard !targets.isEmpty else { return ActivationRanges() }
    return try shownRanges(images, targets, walker)
      .covering(shownRanges(FlatImages(like: synthetic.get()), targets, walker))
      .covering(predicted.limited(to: predictedMeans.values.keys))
  }

  private func shownRanges(
    _ images: some SampleSource, _ targets: [ActivationTensor], _ walker: CalibrationWalk
  ) throws -> ActivationRanges {
    let seen = try Calibrator(jobs: walker.jobs).observe(model, targets: targets, on: images)
    return ActivationRanges(seen.statistics, method: MinMax(), grid: options.activations.grid)
  }

  /// The weights of layers that are to clamp no sum, as synthetic images find them; none where nothing can be clamped.
  private func safeWeights(
    _ scheme: SchemeName, _ quantizer: Quantizer, _ walker: CalibrationWalk
  ) throws -> Calibration {
    guard options.saturationSafety != .never, scheme.activationBits != nil,
      !(try SaturationRisk.all(in: quantizer.quantize(prepared, ranges: predicted).model)).isEmpty
    else { return Calibration() }
    var walk = WalkOptions()
    walk.rounding = .nearest
    walk.saturationSafety = options.saturationSafety
    let images = try synthetic.get()
    var found = try fit(
      scheme, predicted, walk, on: CalibrationData(images), walker, judge: nil,
      title: "looking for clamped sums")
    found.layers = found.layers.filter { $0.value.isSaturationSafe == true }
    // Biases are corrected for predicted means.
    for name in found.layers.keys { found.layers[name]?.biasShift = nil }
    return found
  }

  /// Quantizes with calibration data: activation ranges from what was observed, weights and biases from a walk.
  public func activationBased(
    _ scheme: SchemeName, _ statistics: [String: TensorStatistics], method: any CalibrationMethod,
    on data: CalibrationData, _ walker: CalibrationWalk
  ) throws -> QuantizedModel {
    try activationBased(
      scheme, statistics, method: method, on: data, walker,
      judge: walker.judge(of: self, scheme, on: data))
  }

  /// - Parameter judge: of this model, on the same data; nil where there is nothing to judge by.
  func activationBased(
    _ scheme: SchemeName, _ statistics: [String: TensorStatistics], method: any CalibrationMethod,
    on data: CalibrationData, _ walker: CalibrationWalk, judge: NetworkJudge?
  ) throws -> QuantizedModel {
    let quantizer = quantizer(scheme)
    var choices = try ranges(scheme, statistics, method: method, on: data, walker)
    choices.floats = try floats(scheme, choices.ranges, method, on: data, walker)
    let calibration = try fit(
      scheme, choices.ranges, options.walkOptions(scheme), on: data, walker, judge: judge,
      title: "fitting \(scheme.text) \(method.name)")
    var quantized = try quantizer.quantize(
      prepared, ranges: choices.ranges, fallback: predicted, calibration: calibration)
    quantized.rangeChoices = choices
    quantized.warnings += notes
    return noted(quantized, scheme)
  }

  private func ranges(
    _ scheme: SchemeName, _ statistics: [String: TensorStatistics], method: any CalibrationMethod,
    on data: CalibrationData, _ walker: CalibrationWalk
  ) throws -> RangeChoices {
    let grid = options.activations.grid
    guard !method.candidates.isEmpty, scheme.activationBits != nil else {
      return RangeChoices(ranges: ActivationRanges(statistics, method: method, grid: grid))
    }
    let suggested = SuggestedRanges(statistics, method.candidates, grid: grid)
    let selection = try RangeSelection(
      prepared, quantizer: quantizer(scheme), suggested, grid: grid,
      limits: options.effort.searchLimits)
    return try walker.choose(selection, suggested.best, of: model, on: data)
  }

  /// A method that was asked for by name rounds all activations, unless a budget was asked for, too.
  private func floats(
    _ scheme: SchemeName, _ ranges: ActivationRanges, _ method: any CalibrationMethod,
    on data: CalibrationData, _ walker: CalibrationWalk
  ) throws -> FloatActivations? {
    guard scheme.activationBits != nil,
      !method.candidates.isEmpty || options.floatBudget != .auto
    else { return nil }
    let budget = options.floatBudget == .auto ? options.effort.floatBudget : options.floatBudget
    return try walker.floats(
      FloatPlacement(
        prepared, quantizer: quantizer(scheme), limits: options.effort.searchLimits),
      budget, ranges, fallback: predicted, of: model, on: data)
  }

  private func fit(
    _ scheme: SchemeName, _ ranges: ActivationRanges, _ walkOptions: WalkOptions,
    on data: CalibrationData, _ walker: CalibrationWalk, judge: NetworkJudge?, title: String
  ) throws -> Calibration {
    let walk = try SequentialWalk(
      prepared, quantizer: quantizer(scheme), ranges: ranges, fallback: predicted,
      options: walkOptions)
    let facts = WalkFacts(
      options: options, scheme: scheme, walk: walkOptions, ranges: ranges, fallback: predicted,
      preprocessing: preprocessing, data: data)
    do {
      return try walker.run(walk, facts, of: model, on: data, judge: judge, title: title)
    } catch QuantizationError.nonFiniteInputs(let tensor, let layer) {
      let samples = 0..<data.count
      guard let origin = try NonFiniteOrigin.find(in: model, on: data.source, among: samples) else {
        throw QuantizationError.nonFiniteInputs(tensor: tensor, layer: layer)
      }
      throw HarnessError.nonFiniteValues(origin)
    }
  }

  /// The same job with one step of the recipe left out. What was observed stays valid where `model` is the same.
  func without(_ step: AblationStep) -> QuantizationJob {
    step == .balancing ? plain : with(step.removed(from: options))
  }

  /// The same job with channels as they were.
  var plain: QuantizationJob { unbalanced.first ?? self }

  /// The same job of the same function with balanced channels.
  func balanced(_ balanced: BalancedModel, _ recipe: Preprocessing) throws -> QuantizationJob {
    var options = options
    options.balance = ContentHash.sha256("\(balanced.factors)".utf8)
    var job = try QuantizationJob(balanced.model, recipe, options)
    (job.unbalanced, job.notes) = ([self], notes)
    return job
  }

  /// The same job with layers left in float.
  func leavingInFloat(_ layers: [String]) -> QuantizationJob {
    var options = options
    options.policy.excluded += layers.map { Glob($0) }
    return with(options)
  }

  /// The same job with other options, for the same model.
  func with(_ options: QuantizationOptions) -> QuantizationJob {
    var job = self
    (job.options, job.dataFree) = (options, DataFreeModels())
    return job
  }

  /// The values whose statistics the schemes will ask for.
  public func targets(_ schemes: [SchemeName]) throws -> [ActivationTensor] {
    var targets: [ActivationTensor] = []
    var known: Set<String> = []
    for scheme in schemes where scheme.activationBits != nil {
      for tensor in try quantizer(scheme).activationTensors(of: prepared)
      where known.insert(tensor.name).inserted {
        targets.append(tensor)
      }
    }
    return targets
  }

  func quantizer(_ scheme: SchemeName) -> Quantizer {
    Quantizer(scheme: options.scheme(scheme), policy: options.policy)
  }
}

extension InputDistribution {
  /// What pixels can become, with the mean and deviation that photographs have on average (those of ImageNet over
  /// its three channels, on a scale of 0…1).
  public init(_ preprocessing: Preprocessing) {
    let (pixelMean, pixelDeviation): (Float, Float) = (0.449, 0.226)
    func perPlane(_ value: Float) -> [Float] {
      zip(preprocessing.mean, preprocessing.std).map { (value - $0) / $1 }
    }
    self.init(
      lower: perPlane(0), upper: perPlane(1), mean: perPlane(pixelMean),
      variance: preprocessing.std.map { (pixelDeviation / $0) * (pixelDeviation / $0) })
  }
}
