import CalibrantTasks

/// Two saved results on the images that both hold, paired by what the images contain.
public struct ResultDifference: Sendable {
  /// What the images say about the newer result.
  public enum Finding: String, Sendable, CaseIterable {
    case better
    case worse
    case noEvidence = "no evidence"
  }

  /// An image whose prediction changed; of classification.
  public struct Change: Sendable, Hashable {
    public let image: SavedResult.Image
    public let old: Int
    public let new: Int

    public var isBroken: Bool { old == image.label && new != image.label }
    public var isFixed: Bool { old != image.label && new == image.label }
  }

  /// An image of any other task that does otherwise than before.
  public struct ScoreChange: Sendable, Hashable {
    public let image: SavedResult.Image
    /// How well it does by itself, 0...1.
    public let old: Double
    public let new: Double
  }

  /// One arm that both results have.
  public struct Arm: Sendable {
    public let oldName: String
    public let newName: String
    /// The metric on the paired images; nil where there is nothing to take it of.
    public let old: Double?
    public let new: Double?
    /// Exact for shares of images (Newcombe, McNemar), else the paired bootstrap's.
    public let difference: MetricDifference
    /// Adjusted for how many arms were compared (Holm).
    public internal(set) var adjustedP: Double?
    /// Against the margin; nil where none was given.
    public let judgement: Judgement?
    public let changes: [Change]
    /// The largest losses first.
    public let scoreChanges: [ScoreChange]

    /// A difference counts as real where the adjusted p-value is below 5 %: the chance that any arm
    /// of two equally good results is called worse or better is then at most 5 %.
    public var finding: Finding {
      guard let adjustedP, adjustedP < 0.05, let drop = difference.drop else { return .noEvidence }
      return drop > 0 ? .worse : .better
    }
  }

  public let oldName: String
  public let newName: String
  public let task: TaskKind
  /// What is compared: "top-1", "mAP".
  public let metric: String
  /// How intervals came about.
  public let intervals: String
  public let maxDrop: Double?
  public private(set) var arms: [Arm]
  /// Images in both, and in only one of the results.
  public let paired: Int
  public let onlyOld: [String]
  public let onlyNew: [String]
  /// What was measured otherwise, by name; nil where one of the results does not say what it is of.
  public let differences: [String]?
  /// Names of arms that only one of the results has.
  public let unpairedArms: [String]

  /// - Parameters:
  ///   - maxDrop: the largest acceptable drop from old to new, a fraction.
  ///   - jobs: workers that weigh resamples; they change no result.
  /// - Throws: `HarnessError.badResult` where the two are of different measures, nothing can be paired, or labels contradict
  ///   each other.
  public init(
    old: SavedResult, new: SavedResult, maxDrop: Double? = nil, jobs: Int = 1
  ) throws {
    guard (old.task, old.metric) == (new.task, new.metric) else {
      throw HarnessError.badResult(
        path: new.name,
        reason: "it measures \(new.measure), and \(old.name) \(old.measure)")
    }
    let pairs = try ImagePairs(old, new)
    let records = try PairedRecords(old, new, pairs, jobs: jobs)
    (task, metric, intervals) = (new.task, new.metric, records.statistics.intervals)
    oldName = old.name
    newName = new.name
    self.maxDrop = maxDrop
    paired = pairs.indices.count
    onlyOld = pairs.onlyOld
    onlyNew = pairs.onlyNew
    let matched = Self.match(old, new)
    guard !matched.isEmpty else {
      let names = old.arms.map(\.name).joined(separator: ", ")
      throw HarnessError.badResult(
        path: new.name, reason: "it has none of the arms of \(old.name) (\(names))")
    }
    let (oldNames, newNames) = (Set(matched.map(\.old.name)), Set(matched.map(\.new.name)))
    unpairedArms =
      old.arms.map(\.name).filter { !oldNames.contains($0) }
      + new.arms.map(\.name).filter { !newNames.contains($0) }
    differences = Self.differences(old, new, matched)
    arms = try matched.map {
      try Arm($0.old, $0.new, new.images, pairs, records, maxDrop: maxDrop)
    }
    // Arms of the same two files are one test.
    let adjusted = Holm.adjusted(
      arms.map(\.difference.pValue),
      of: matched.map { [$0.old.sha256 ?? $0.old.name, $0.new.sha256 ?? $0.new.name] })
    for (index, p) in adjusted.enumerated() { arms[index].adjustedP = p }
  }

  private static func differences(
    _ old: SavedResult, _ new: SavedResult,
    _ matched: [(old: SavedResult.Arm, new: SavedResult.Arm)]
  ) -> [String]? {
    guard let before = old.provenance, let after = new.provenance else { return nil }
    let files = matched.filter { $0.old.sha256 != $0.new.sha256 && $0.new.name != "original" }
    return after.differences(from: before)
      + (old.arms.count == 1 ? [] : files.map { "the file of \($0.new.name)" })
  }

  /// Arms of equal name; two results of one model each are always a pair.
  private static func match(
    _ old: SavedResult, _ new: SavedResult
  ) -> [(old: SavedResult.Arm, new: SavedResult.Arm)] {
    if old.arms.count == 1 && new.arms.count == 1 { return [(old.arms[0], new.arms[0])] }
    return old.arms.compactMap { arm in
      new.arms.first { $0.name == arm.name }.map { (arm, $0) }
    }
  }

  /// The overall finding: worse where any arm is worse, else better where any is better.
  public var finding: Finding {
    if arms.contains(where: { $0.finding == .worse }) { return .worse }
    return arms.contains { $0.finding == .better } ? .better : .noEvidence
  }

  /// The worst of all arms; nil without a margin.
  public var verdict: Verdict? {
    arms.compactMap(\.judgement?.verdict).max { $0.severity < $1.severity }
  }

  /// Without a margin 1 where an arm is worse, else 0. With one: 1 where an arm fails it, 2 where one
  /// is inconclusive, else 0.
  public var exitCode: Int32 {
    guard maxDrop != nil else { return finding == .worse ? 1 : 0 }
    return switch verdict {
    case .fail: 1
    case .inconclusive: 2
    case .pass, nil: 0
    }
  }
}

extension SavedResult {
  /// "mAP of detection"
  fileprivate var measure: String { "\(metric) of \(task.rawValue)" }
}

extension ResultDifference.Arm {
  fileprivate init(
    _ old: SavedResult.Arm, _ new: SavedResult.Arm, _ images: [SavedResult.Image],
    _ pairs: ImagePairs, _ paired: PairedRecords, maxDrop: Double?
  ) throws {
    let records = try paired.records(old, new)
    let (before, after) = (try paired.sample(records.old), try paired.sample(records.new))
    (oldName, newName) = (old.name, new.name)
    (self.old, self.new) = (before.value, after.value)
    difference = paired.statistics.difference(from: before, to: after)
    judgement = maxDrop.map {
      paired.statistics.judgement(from: before, to: after, maxDrop: $0)
    }
    let paths = pairs.indices.map { images[$0.new] }
    if new.measured == nil {
      changes = zip(pairs.indices, paths).compactMap { pair, image in
        let (before, after) = (old.predictions[pair.old], new.predictions[pair.new])
        return before == after ? nil : .init(image: image, old: before, new: after)
      }
      scoreChanges = []
    } else {
      changes = []
      scoreChanges = Self.changes(records.old, records.new, paths)
    }
  }

  private static func changes(
    _ old: MetricRecords, _ new: MetricRecords, _ images: [SavedResult.Image]
  ) -> [ResultDifference.ScoreChange] {
    images.enumerated().compactMap { index, image in
      guard let before = old.score(at: index), let after = new.score(at: index), before != after
      else { return nil }
      return ResultDifference.ScoreChange(image: image, old: before, new: after)
    }.enumerated().sorted {
      ($0.element.new - $0.element.old, $0.offset) < ($1.element.new - $1.element.old, $1.offset)
    }.map(\.element)
  }
}
