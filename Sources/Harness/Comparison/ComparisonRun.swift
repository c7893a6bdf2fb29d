import Foundation
import CalibrantQuantization
import CalibrantTasks

/// The main job: original against weight-based against activation-based, on the same images.
///
/// It has three phases: making the arms (`ComparisonRun+Making`), scoring images by all of them (`+Scoring`), and joining what
/// was scored (`+Joining`). What each leaves behind can be saved, so that scoring can be cut into shards.
public struct ComparisonRun {
  public var schemes: [SchemeName] = []
  public var methods: [any CalibrationMethod] = []
  /// nil makes no arms; there are files of other tools then.
  public var calibration: CalibrationSamples?
  public var options = QuantizationOptions()
  /// Files of any tool, to measure besides those that are made.
  public var also: [(name: String, path: String)] = []
  public var data: MeasuredData
  public var maxDrop: Double?
  public var minAgreement: Double?
  /// Whether images are read in shuffled order until the verdict on `maxDrop` is settled.
  public var isSequential = false
  /// Whether each step of the activation-based recipe gets an arm without it.
  public var isAblation = false
  /// nil measures on both kinds of hardware where they can differ.
  public var hardware: HardwareChoice?
  /// Whether files are timed, once all is known of their accuracy.
  public var speed = SpeedChoice.auto
  /// Whether anything that a clock said is told.
  public var isTimed = true
  /// Where statistics are read from, or written after observing; nil keeps none.
  public var statistics: String?
  /// What was typed, for the report.
  public var command: [String] = []
  /// Where quantized files go; they are measured from there, as a user would load them.
  public var folder: URL
  public var context: RunContext

  /// `also`, loaded.
  var given: [GivenArm] = []
  /// Where solved layers are kept until the run is done; nil keeps none.
  var journal: WalkJournal?
  /// Whether arms are kept beside their files until there is a plan.
  var isMadeApart = false

  public init(_ data: MeasuredData, in folder: URL, _ context: RunContext) {
    (self.data, self.folder, self.context) = (data, folder, context)
  }

  var jobs: Int { context.jobs }
  var isQuiet: Bool { context.isQuiet }

  public struct Outcome: Sendable {
    public internal(set) var comparison: Comparison
    public let listing: any AnswerListing
    /// Small pictures of the images most worth looking at, by path, as data URIs.
    public internal(set) var thumbnails: [String: String] = [:]

    /// The same without what clocks said: equal for every run that measures the same.
    public var withoutTiming: Outcome {
      var copy = self
      for index in copy.comparison.arms.indices { copy.comparison.arms[index].timing = nil }
      return copy
    }
  }

  /// Classification.
  ///
  /// - Parameter arms: nil makes none; there are given ones then.
  func run(_ original: LoadedModel, _ arms: ArmJobs?, images: any MeasuredSamples) throws
    -> Outcome
  {
    let start = ContinuousClock.now
    let plan = try make(original, arms, images: images)
    let part = try score(plan, original, images: images)
    return try outcome(
      plan, part, ClassificationReader(plan, part.images), original, images,
      since: start, of: images.samples)
  }

  /// Any task.
  func run(
    _ original: LoadedModel, _ arms: ArmJobs?, images: any MeasuredSamples,
    measuring task: some MeasuredTask
  ) throws -> Outcome {
    let start = ContinuousClock.now
    let plan = try make(original, arms, images: images, task)
    let part = try score(plan, original, images: images, measuring: task)
    return try outcome(
      plan, part, reader(plan, part, original, images, task), original, images, since: start,
      of: images.samples)
  }

  /// Evaluates all arms on more and more images until every verdict that counts is settled: every look is a part.
  ///
  /// - Parameters:
  ///   - dataset: in an order that says nothing of the images' difficulty (`shuffled`).
  ///   - prepare: decodes the images of one look.
  func runSequentially(
    _ original: LoadedModel, _ arms: ArmJobs?, dataset: ImageDataset,
    prepare: (ImageDataset) throws -> ImageStore
  ) throws -> Outcome {
    precondition(maxDrop != nil, "a verdict can only be settled against a margin")
    let start = ContinuousClock.now
    var seen = 0
    var plan: ComparisonPlan?
    var whole: RunPart<Ranking>?
    while true {
      let known = whole?.images.count ?? 0
      let next = dataset.slice(from: seen, count: Self.nextLook(after: seen))
      let store = try prepare(next)
      var look = try plan ?? make(original, arms, images: store)
      var sum = whole ?? RunPart(empty: look.parts)
      sum.append(
        try score(
          look, original, images: store, at: Array(known..<known + store.count),
          look: "images \(seen + 1)–\(seen + next.count)"))
      seen += next.count
      look.facts = facts(
        original,
        ImageFacts(sum.images, skipped: sum.skipped, store, available: dataset.count),
        arms?.calibration, sampling: .sequential)
      (plan, whole) = (look, sum)
      let reader = ClassificationReader(look, sum.images)
      let (comparison, _) = try joined(look, sum, reader)
      let isSettled = comparison.judgedArms.allSatisfy { $0.verdict != .inconclusive }
      if isSettled || seen >= dataset.count {
        return try outcome(
          look, sum, reader, original, store, since: start, of: dataset.samples)
      }
    }
  }

  /// How many images to read before looking again. Looking is free of statistical cost, so this only
  /// keeps the work in sensible pieces.
  private static func nextLook(after seen: Int) -> Int { max(100, seen / 4) }

  /// A report of what was scored here, with the files' speed and pictures of some images.
  ///
  /// - Parameters:
  ///   - images: to time the files on.
  ///   - samples: all that were scored.
  private func outcome<Reader: AnswerReader>(
    _ plan: ComparisonPlan, _ part: RunPart<Reader.Record>, _ reader: Reader,
    _ original: LoadedModel, _ images: any MeasuredSamples, since start: ContinuousClock.Instant,
    of samples: [ImageSample]
  ) throws -> Outcome {
    let (comparison, arms) = try joined(plan, part, reader) { arms in
      try SpeedComparison(isTimed ? speed : .off, isQuiet: isQuiet).measured(
        arms, in: folder, given.map { ($0.model.sha256, $0.model.path) }, beside: original,
        on: images, workers: jobs, elapsed: (ContinuousClock.now - start).seconds)
    }
    var outcome = Outcome(
      comparison: comparison, listing: try reader.listing(comparison, arms, part))
    outcome.addThumbnails(of: samples)
    return outcome
  }
}
