/// One model file of a comparison and how it came to be.
public struct Arm: Sendable, Codable, Hashable {
  /// What a quantized file's parameters were derived from.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case original
    case weightBased = "weight-based"
    case activationBased = "activation-based"
    /// A file that was there already, whatever made it.
    case given
  }

  /// Unique within a comparison, for instance "w8a8 activation-based auto".
  public var name: String
  public var kind: Kind

  /// Weight bits and, where present, activation bits: "w8", "w4a8"; nil for the original and for given files.
  public var scheme: String?

  /// How ranges or weights were chosen: "plain", "corrected", "minmax", …; the name of a given file; nil for the original.
  public var method: String?

  /// What shares one weight scale: "per-channel" or "per-tensor"; nil for the original and for given files.
  public var granularity: String?

  /// The model file relative to the report's folder, where one was kept there.
  public var file: String?

  /// The size of the model, external data included.
  public var bytes: Int

  /// Of the model (`ModelFile`); nil in results of earlier versions.
  public var sha256: String?

  /// Between a method and the step that an arm of an ablation leaves out.
  static let ablationMark = " without "

  /// Whether the arm only shows what a step is worth; no verdict is about it.
  public var isAblation: Bool { Self.isAblation(method) }

  static func isAblation(_ method: String?) -> Bool { method?.contains(ablationMark) ?? false }

  public init(
    name: String, kind: Kind, scheme: String? = nil, method: String? = nil,
    granularity: String? = nil, file: String? = nil, bytes: Int, sha256: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.scheme = scheme
    self.method = method
    self.granularity = granularity
    self.file = file
    self.bytes = bytes
    self.sha256 = sha256
  }
}

/// What was measured on one arm.
public struct ArmEvaluation: Sendable, Codable, Hashable {
  public var arm: Arm

  /// One per image, in the same order of images for every arm of a comparison.
  public var records: [Record]

  /// Signal-to-quantization-noise ratio of the logits against the original's, in dB.
  public var logitSQNR: Double?

  /// Mean Kullback–Leibler divergence of the softmax outputs from the original's, in nats.
  public var logitKL: Double?

  public var quantizeSeconds: Double
  /// Of the evaluation, wall time; reading images that did not fit in memory is in it.
  public var imagesPerSecond: Double

  /// Images per second as a multiple of the original's, measured in turns; nil where it was not measured.
  public var speed: MedianRatio?

  /// Stored bits per quantized weight, scales and zero points included.
  public var bitsPerWeight: Double?

  /// Activations that calibration never saw and that fell back to their weight-based range.
  public var tensorsWithoutObservations: Int

  /// What a reader should know about this arm, one sentence each.
  public var notes: [String]

  /// Layer by layer in the order of the graph; empty for the original.
  public var layers: [LayerNoise]

  /// What was measured by hardware, where more than the exact one was asked for. `records` and what follows from them are
  /// those of one of these.
  public var hardware: [HardwareRecords] = []

  /// Layers whose sums x86 CPUs without VNNI clamp for some input.
  public var saturation: [LayerSaturation] = []

  /// What to say where the accuracy is no better than guessing.
  func chanceWarnings(classes: Int) -> [String] {
    guard !records.isEmpty else { return [] }
    let correct = records.count(where: \.isCorrect)
    return Chance.warnings(
      top1: Double(correct) / Double(records.count),
      Wilson.interval(successes: correct, count: records.count), classes: classes)
  }

  public init(
    arm: Arm, records: [Record], logitSQNR: Double? = nil, logitKL: Double? = nil,
    quantizeSeconds: Double = 0, imagesPerSecond: Double = 0, bitsPerWeight: Double? = nil,
    tensorsWithoutObservations: Int = 0, notes: [String] = [], layers: [LayerNoise] = []
  ) {
    self.arm = arm
    self.records = records
    self.logitSQNR = logitSQNR
    self.logitKL = logitKL
    self.quantizeSeconds = quantizeSeconds
    self.imagesPerSecond = imagesPerSecond
    self.bitsPerWeight = bitsPerWeight
    self.tensorsWithoutObservations = tensorsWithoutObservations
    self.notes = notes
    self.layers = layers
  }
}
