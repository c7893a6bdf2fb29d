/// What a report says about one arm. Shares are fractions; what only makes sense against the
/// original is nil for the original itself.
public struct ArmResult: Sendable, Hashable {
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

  /// The metric that is judged (`Comparison.kind`), top-1 of classification; nil where there was nothing to take it of.
  public let metric: Double?

  /// 95 %.
  public let metricInterval: Interval?

  /// The share of images whose true class is among the five highest; of classification alone.
  public internal(set) var top5: Double?

  /// The original's metric minus this arm's; negative = better.
  public let drop: Double?

  /// 95 %.
  public let dropInterval: Interval?

  /// Images that the original gets right and this arm wrong; nil where images are not right or wrong.
  public let broken: Int?

  /// Images that the original gets wrong and this arm right.
  public let fixed: Int?

  public let pValue: Double?
  public let midP: Double?

  /// `pValue` adjusted for how many arms were compared (Holm).
  public internal(set) var adjustedP: Double?

  /// The share of images with the same answer as the original's.
  public let agreement: Double?

  /// In dB.
  public let logitSQNR: Double?

  /// In nats.
  public let logitKL: Double?

  public let bitsPerWeight: Double?

  /// nil where a report leaves it out.
  public internal(set) var timing: Timing?

  /// What clocks said, which no two runs share.
  public struct Timing: Sendable, Codable, Hashable {
    public let quantizeSeconds: Double
    public let imagesPerSecond: Double
    /// Images per second as a multiple of the original's, measured in turns; nil for the original and where it was not
    /// measured.
    public let speed: MedianRatio?
  }

  public var speed: MedianRatio? { timing?.speed }

  public let tensorsWithoutObservations: Int
  public let notes: [String]

  /// By hardware, where more than the exact one was asked for; `metric`, `drop` and the rest are those of the worst.
  public let hardware: HardwareResults?

  /// The share of images with the same answer on all of them.
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

  /// What else is known of its answers; nil where that is all.
  public let details: MetricDetails?

  /// - Parameter original: the arm to compare with; nil for the original itself.
  init<Statistics: ArmStatistics>(
    _ measured: MeasuredArm<Statistics.Answers>,
    against original: MeasuredArm<Statistics.Answers>?, _ statistics: Statistics,
    _ limits: VerdictLimits = VerdictLimits()
  ) {
    let arm = measured.arm
    name = arm.name
    kind = arm.kind
    scheme = arm.scheme
    method = arm.method
    granularity = arm.granularity
    file = arm.file
    bytes = arm.bytes
    sha256 = arm.sha256
    compression = ratio((original ?? measured).arm.bytes, arm.bytes)
    logitSQNR = original == nil ? nil : measured.logitSQNR
    logitKL = original == nil ? nil : measured.logitKL
    bitsPerWeight = measured.bitsPerWeight
    timing = Timing(
      quantizeSeconds: measured.quantizeSeconds, imagesPerSecond: measured.imagesPerSecond,
      speed: measured.speed)
    tensorsWithoutObservations = measured.tensorsWithoutObservations
    notes = measured.notes
    layers = measured.layers
    saturation = measured.saturation
    hardware =
      measured.hardware.isEmpty
      ? nil
      : HardwareResults(
        measured.hardware, against: original?.answers, statistics, limits)
    hardwareAgreement =
      measured.hardware.count > 1
      ? statistics.agreement(of: measured.hardware[0].answers, with: measured.hardware[1].answers)
      : nil

    let summary = statistics.summary(of: measured.answers)
    metric = summary.value
    metricInterval = summary.interval
    top5 = summary.top5
    details = summary.details.isEmpty ? nil : summary.details
    let difference = original.map {
      statistics.difference(from: $0.answers, to: measured.answers)
    }
    drop = difference?.drop
    dropInterval = difference?.interval
    broken = difference?.broken
    fixed = difference?.fixed
    pValue = difference?.pValue
    midP = difference?.midP
    agreement = original.flatMap {
      statistics.agreement(of: $0.answers, with: measured.answers)
    }
    let judgement = original.flatMap {
      limits.judgement(from: $0.answers, to: measured.answers, statistics)
    }
    verdict = judgement?.verdict
    imagesNeeded = judgement?.imagesNeeded
  }
}

private func ratio(_ part: Int, _ whole: Int) -> Double? {
  whole == 0 ? nil : Double(part) / Double(whole)
}
