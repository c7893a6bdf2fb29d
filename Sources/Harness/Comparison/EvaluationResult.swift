/// The accuracy and speed of one model on a labelled set of images.
public struct EvaluationResult: Sendable, Codable, Hashable {
  public struct ClassAccuracy: Sendable, Codable, Hashable {
    public let name: String
    public let count: Int

    /// The share of this class's images whose highest score is right.
    public let top1: Double
  }

  /// Where the wall clock's time went. Workers that decode and infer in turn split theirs in proportion.
  public struct Seconds: Sendable, Codable, Hashable {
    public var decode: Double
    public var inference: Double
    public var total: Double

    public init(decode: Double, inference: Double, total: Double) {
      self.decode = decode
      self.inference = inference
      self.total = total
    }

    /// Images per second.
    func rate(of imageCount: Int) -> Double { total > 0 ? Double(imageCount) / total : 0 }
  }

  public let model: String
  public let count: Int
  public let top1: Double
  public let top5: Double

  /// Wilson, 95 %.
  public let top1Interval: Interval

  /// Classes that have images, by class index.
  public let perClass: [ClassAccuracy]

  /// How many unreadable images were left out, and their relative paths.
  public var skipped: Int { skippedImages.count }
  public let skippedImages: [String]

  /// nil where it is left out, as are seconds.
  public private(set) var imagesPerSecond: Double?
  public private(set) var seconds: Seconds?

  /// What tells this result from others; nil in results of earlier versions.
  public internal(set) var provenance: Provenance?

  /// What speaks against believing the numbers, one sentence each; nil in results of earlier versions.
  public var warnings: [String]?

  /// Images whose scores are NaN or infinite.
  public var nonFinite: NonFiniteScores?

  /// By hardware, where more than the exact one was asked for, `no-vnni` compared with `exact`; `top1` and the rest are
  /// those of the worst.
  public var hardware: HardwareResults?
  /// Layers whose sums x86 CPUs without VNNI clamp for some input.
  public var saturation: [LayerSaturation]?

  init(
    model: String, count: Int, top1: Double, top5: Double, top1Interval: Interval,
    perClass: [ClassAccuracy], skippedImages: [String], seconds: Seconds?,
    provenance: Provenance?, warnings: [String]?
  ) {
    self.provenance = provenance
    self.warnings = warnings
    self.model = model
    self.count = count
    self.top1 = top1
    self.top5 = top5
    self.top1Interval = top1Interval
    self.perClass = perClass
    self.skippedImages = skippedImages
    imagesPerSecond = seconds?.rate(of: count)
    self.seconds = seconds
  }

  mutating func leaveOutTiming() { (imagesPerSecond, seconds) = (nil, nil) }

  /// What to say where the accuracy is no better than guessing.
  public func chanceWarnings(classes: Int) -> [String] {
    count == 0 ? [] : Chance.warnings(top1: top1, top1Interval, classes: classes)
  }

  /// - Parameter classNames: by class index; where a name is missing the index stands for it.
  public init(
    model: String, records: [Record], classNames: [String], skippedImages: [String] = [],
    seconds: Seconds?, provenance: Provenance? = nil
  ) {
    self.provenance = provenance
    let correct = records.count(where: \.isCorrect)
    let count = records.count
    self.model = model
    self.count = count
    top1 = count == 0 ? 0 : Double(correct) / Double(count)
    top5 = count == 0 ? 0 : Double(records.count(where: \.isInTop5)) / Double(count)
    top1Interval = Wilson.interval(successes: correct, count: count)
    perClass = Dictionary(grouping: records, by: \.label).sorted { $0.key < $1.key }
      .map { label, members in
        ClassAccuracy(
          name: classNames.indices.contains(label) ? classNames[label] : String(label),
          count: members.count,
          top1: Double(members.count(where: \.isCorrect)) / Double(members.count))
      }
    self.skippedImages = skippedImages
    imagesPerSecond = seconds?.rate(of: count)
    self.seconds = seconds
  }
}
