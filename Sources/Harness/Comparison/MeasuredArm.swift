import CalibrantEngine

/// What was measured on one arm.
///
/// `Answers` is what its answers on all images left behind, in whatever form the task's statistics read: for
/// classification a record per image, in the same order of images for every arm of a comparison.
public struct MeasuredArm<Answers: Sendable>: Sendable {
  public var arm: Arm
  public var answers: Answers

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

  /// What was measured by hardware, where more than the exact one was asked for. `answers` and what follows from them are
  /// those of one of these.
  public var hardware: [MeasuredOnHardware<Answers>] = []

  /// Layers whose sums x86 CPUs without VNNI clamp for some input.
  public var saturation: [LayerSaturation] = []

  public init(
    arm: Arm, answers: Answers, logitSQNR: Double? = nil, logitKL: Double? = nil,
    quantizeSeconds: Double = 0, imagesPerSecond: Double = 0, bitsPerWeight: Double? = nil,
    tensorsWithoutObservations: Int = 0, notes: [String] = [], layers: [LayerNoise] = []
  ) {
    self.arm = arm
    self.answers = answers
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

/// What a model's answers left behind when computed in one arithmetic.
public struct MeasuredOnHardware<Answers: Sendable>: Sendable {
  public var hardware: Hardware
  public var answers: Answers
  /// Of the scores, against the original's.
  public var logitSQNR: Double?
  public var logitKL: Double?

  public init(
    _ hardware: Hardware, _ answers: Answers, logitSQNR: Double? = nil, logitKL: Double? = nil
  ) {
    (self.hardware, self.answers) = (hardware, answers)
    (self.logitSQNR, self.logitKL) = (logitSQNR, logitKL)
  }
}

extension MeasuredArm: Equatable where Answers: Equatable {}
extension MeasuredOnHardware: Equatable where Answers: Equatable {}
