/// What a report says about one arm. Shares are fractions; what only makes sense against the
/// original is nil for the original itself.
public struct ArmResult: Sendable, Codable, Hashable {
  public let name: String
  public let kind: Arm.Kind
  public let scheme: String?
  public let method: String?
  public let granularity: String?
  public let file: String?
  public let bytes: Int
  public let sha256: String?

  /// The original's bytes divided by this arm's.
  public let compression: Double?

  public let top1: Double
  public internal(set) var top5: Double

  /// Wilson, 95 %.
  public let top1Interval: Interval

  /// The original's top-1 minus this arm's; negative = better.
  public let drop: Double?

  /// 95 %: Newcombe for paired proportions, or a confidence sequence where the run stopped early.
  public let dropInterval: Interval?

  /// Images that the original gets right and this arm wrong.
  public let broken: Int?

  /// Images that the original gets wrong and this arm right.
  public let fixed: Int?

  /// McNemar, exact; where the run stopped early, an anytime-valid one.
  public let pValue: Double?
  public let midP: Double?

  /// `pValue` adjusted for how many arms were compared (Holm).
  public internal(set) var adjustedP: Double?

  /// The share of images with the same top-1 as the original.
  public let agreement: Double?

  /// In dB.
  public let logitSQNR: Double?

  /// In nats.
  public let logitKL: Double?

  public let bitsPerWeight: Double?
  public let quantizeSeconds: Double
  public let imagesPerSecond: Double

  /// Images per second as a multiple of the original's, measured in turns; nil for the original and where it was not
  /// measured.
  public let speed: MedianRatio?

  public let tensorsWithoutObservations: Int
  public let notes: [String]

  /// By hardware, where more than the exact one was asked for; `top1`, `drop` and the rest are those of the worst.
  public let hardware: HardwareResults?

  /// The share of images with the same top-1 on all of them.
  public let hardwareAgreement: Double?

  /// Layers whose sums x86 CPUs without VNNI clamp for some input.
  public let saturation: [LayerSaturation]?

  /// Layer by layer in the order of the graph, measured on a few images; empty for the original.
  public let layers: [LayerNoise]
  public let verdict: Verdict?

  /// How many images would settle an inconclusive verdict; nil where no number would.
  public let imagesNeeded: Int?

  /// Whether the arm only shows what a step is worth.
  var isAblation: Bool { Arm.isAblation(method) }

  /// - Parameter original: the evaluation to compare with; nil for the original itself.
  init(
    _ evaluation: ArmEvaluation, against original: ArmEvaluation?, maxDrop: Double?,
    sampling: Sampling = .fixed
  ) {
    let arm = evaluation.arm
    let records = evaluation.records
    let correct = records.count(where: \.isCorrect)
    name = arm.name
    kind = arm.kind
    scheme = arm.scheme
    method = arm.method
    granularity = arm.granularity
    file = arm.file
    bytes = arm.bytes
    sha256 = arm.sha256
    compression = ratio((original ?? evaluation).arm.bytes, arm.bytes)
    top1 = ratio(correct, records.count) ?? 0
    top5 = ratio(records.count(where: \.isInTop5), records.count) ?? 0
    top1Interval = Wilson.interval(successes: correct, count: records.count)
    logitSQNR = original == nil ? nil : evaluation.logitSQNR
    logitKL = original == nil ? nil : evaluation.logitKL
    bitsPerWeight = evaluation.bitsPerWeight
    quantizeSeconds = evaluation.quantizeSeconds
    imagesPerSecond = evaluation.imagesPerSecond
    speed = evaluation.speed
    tensorsWithoutObservations = evaluation.tensorsWithoutObservations
    notes = evaluation.notes
    layers = evaluation.layers
    saturation = evaluation.saturation
    hardware =
      evaluation.hardware.isEmpty
      ? nil
      : HardwareResults(
        evaluation.hardware, against: original?.records, maxDrop: maxDrop, sampling: sampling)
    hardwareAgreement =
      evaluation.hardware.count > 1
      ? agreeing(evaluation.hardware[0].records, evaluation.hardware[1].records) : nil

    let counts = original.map { PairedCounts(before: $0.records, after: records) }
    let test = counts.map(sampling.pValues)
    let judgement = maxDrop.flatMap { limit in
      counts.map { Judgement($0, maxDrop: limit, sampling: sampling) }
    }
    drop = counts?.drop
    dropInterval = counts.map(sampling.interval)
    broken = counts?.broken
    fixed = counts?.fixed
    pValue = test?.exact
    midP = test?.mid
    agreement = original.flatMap { agreeing($0.records, records) }
    verdict = judgement?.verdict
    imagesNeeded = judgement?.imagesNeeded
  }
}

private func ratio(_ part: Int, _ whole: Int) -> Double? {
  whole == 0 ? nil : Double(part) / Double(whole)
}
