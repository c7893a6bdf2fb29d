/// Two saved results on the images that both hold, paired by what the images contain.
public struct ResultDifference: Sendable {
  /// What the images say about the newer result.
  public enum Finding: String, Sendable, CaseIterable {
    case better
    case worse
    case noEvidence = "no evidence"
  }

  /// An image whose prediction changed.
  public struct Change: Sendable, Hashable {
    public let image: SavedResult.Image
    public let old: Int
    public let new: Int

    public var isBroken: Bool { old == image.label && new != image.label }
    public var isFixed: Bool { old != image.label && new == image.label }
  }

  /// One arm that both results have.
  public struct Arm: Sendable {
    public let oldName: String
    public let newName: String
    public let counts: PairedCounts
    public let dropInterval: Interval
    /// McNemar, exact; and adjusted for how many arms were compared (Holm).
    public let pValue: Double
    public internal(set) var adjustedP: Double
    /// Against the margin; nil where none was given.
    public let judgement: Judgement?
    public let changes: [Change]

    /// A difference counts as real where the adjusted p-value is below 5 %: the chance that any arm
    /// of two equally good results is called worse or better is then at most 5 %.
    public var finding: Finding {
      guard adjustedP < 0.05 else { return .noEvidence }
      return counts.drop > 0 ? .worse : .better
    }
  }

  public let oldName: String
  public let newName: String
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

  /// - Parameter maxDrop: the largest acceptable drop from old to new, a fraction.
  /// - Throws: `HarnessError.badResult` where nothing can be paired, or labels contradict each other.
  public init(
    old: SavedResult, new: SavedResult, maxDrop: Double? = nil
  ) throws(HarnessError) {
    let pairs = try ImagePairs(old, new)
    oldName = old.name
    newName = new.name
    self.maxDrop = maxDrop
    paired = pairs.indices.count
    onlyOld = pairs.onlyOld
    onlyNew = pairs.onlyNew
    let matched = Self.match(old, new)
    guard !matched.isEmpty else {
      let names = old.arms.map(\.name).joined(separator: ", ")
      throw .badResult(path: new.name, reason: "it has none of the arms of \(old.name) (\(names))")
    }
    let (oldNames, newNames) = (Set(matched.map(\.old.name)), Set(matched.map(\.new.name)))
    unpairedArms =
      old.arms.map(\.name).filter { !oldNames.contains($0) }
      + new.arms.map(\.name).filter { !newNames.contains($0) }
    differences = Self.differences(old, new, matched)
    arms = matched.map { Arm($0.old, $0.new, new.images, pairs, maxDrop: maxDrop) }
    for (index, p) in Holm.adjusted(arms.map(\.pValue)).enumerated() { arms[index].adjustedP = p }
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

extension ResultDifference.Arm {
  init(
    _ old: SavedResult.Arm, _ new: SavedResult.Arm, _ images: [SavedResult.Image],
    _ pairs: ImagePairs, maxDrop: Double?
  ) {
    var counts = PairedCounts(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
    var changes: [ResultDifference.Change] = []
    for pair in pairs.indices {
      let image = images[pair.new]
      let (before, after) = (old.predictions[pair.old], new.predictions[pair.new])
      counts.add(before: before == image.label, after: after == image.label)
      if before != after {
        changes.append(ResultDifference.Change(image: image, old: before, new: after))
      }
    }
    oldName = old.name
    newName = new.name
    self.counts = counts
    self.changes = changes
    dropInterval = Newcombe.interval(counts)
    pValue = McNemar(broken: counts.broken, fixed: counts.fixed).pValue
    adjustedP = pValue
    judgement = maxDrop.map { Judgement(counts, maxDrop: $0) }
  }
}
