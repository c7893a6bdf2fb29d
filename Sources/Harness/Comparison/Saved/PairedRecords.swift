import CalibrantTasks

/// What two results hold of the images that both have, to be weighed by the same resamples.
struct PairedRecords {
  let statistics: TaskStatistics

  private let old: SavedResult
  private let new: SavedResult
  private let images: ImagePairs
  private let jobs: Int

  /// - Throws: `HarnessError.badResult` where the two cannot be compared.
  init(
    _ old: SavedResult, _ new: SavedResult, _ images: ImagePairs, jobs: Int
  ) throws(HarnessError) {
    (self.old, self.new, self.images, self.jobs) = (old, new, images, jobs)
    if new.task == .embedding, !(images.onlyOld.isEmpty && images.onlyNew.isEmpty) {
      throw .badResult(
        path: new.name,
        reason: "it is of other images than \(old.name), and what is nearest depends on all of them"
      )
    }
    if new.task == .embedding, new.provenance?.dataDigest != old.provenance?.dataDigest {
      throw .badResult(path: new.name, reason: "its images have other labels than in \(old.name)")
    }
    let records = new.arms.first.map(new.records)
    let isOfPairs = records?.kind == .pairs
    let count = isOfPairs ? records?.count ?? 0 : images.indices.count
    guard count > 0 else { throw .badResult(path: new.name, reason: "it is of no pairs of images") }
    statistics = TaskStatistics(
      kind: MetricKind(name: new.metric),
      bootstrap: PairedBootstrap(imageCount: count, seed: Self.seed(old, new, images)),
      imageCount: images.indices.count, unit: isOfPairs ? "pairs of images" : "images",
      isProportion: records?.kind == .shares)
  }

  /// As in `compare` where both are of all the same images, so that the same answers have the same interval.
  private static func seed(_ old: SavedResult, _ new: SavedResult, _ images: ImagePairs) -> UInt64 {
    if let digest = new.provenance?.dataDigest, digest == old.provenance?.dataDigest,
      images.onlyOld.isEmpty, images.onlyNew.isEmpty, let sum = DigestSum(digest)
    {
      return sum.seed
    }
    return DigestSum(of: images.indices.map { new.images[$0.new].contentHash }).seed
  }

  /// Both arms on the same images in the same order.
  func records(
    _ before: SavedResult.Arm, _ after: SavedResult.Arm
  ) throws(HarnessError) -> (old: MetricRecords, new: MetricRecords) {
    let (before, after) = (old.records(before), new.records(after))
    guard before.kind == after.kind else {
      throw .badResult(
        path: new.name,
        reason: "it keeps \(after.kind.rawValue) of images, and \(old.name) \(before.kind.rawValue)"
      )
    }
    if case (.pairs(let first), .pairs(let second)) = (before, after) {
      let both = try pairs(first, second)
      guard both.new.count == statistics.bootstrap.imageCount else {
        throw .badResult(path: new.name, reason: "its arms are of different pairs of images")
      }
      return both
    }
    guard statistics.bootstrap.imageCount == images.indices.count else {
      throw .badResult(path: new.name, reason: "some of its arms are of pairs of images")
    }
    for pair in images.indices
    where !before.hasSameTruth(at: pair.old, as: after, at: pair.new) {
      throw .badResult(
        path: new.name,
        reason: "\(new.images[pair.new].path) has other labels than in \(old.name)")
    }
    return (
      before.selected(images.indices.map(\.old)), after.selected(images.indices.map(\.new))
    )
  }

  /// Pairs of the same images, both sorted.
  private func pairs(
    _ before: [ScoredPair], _ after: [ScoredPair]
  ) throws(HarnessError) -> (old: MetricRecords, new: MetricRecords) {
    let places = Dictionary(uniqueKeysWithValues: images.indices.map { ($0.old, $0.new) })
    func moved(_ pair: ScoredPair) -> ScoredPair {
      ScoredPair(
        pair: VerificationPair(
          first: places[pair.pair.first] ?? -1, second: places[pair.pair.second] ?? -1,
          isSame: pair.pair.isSame),
        cosine: pair.cosine)
    }
    func sorted(_ pairs: [ScoredPair]) -> [ScoredPair] {
      pairs.sorted { ($0.pair.first, $0.pair.second) < ($1.pair.first, $1.pair.second) }
    }
    let (first, second) = (sorted(before.map(moved)), sorted(after))
    guard first.map(\.pair) == second.map(\.pair) else {
      throw .badResult(path: new.name, reason: "it is of other pairs of images than \(old.name)")
    }
    return (.pairs(first), .pairs(second))
  }

  func sample(_ records: MetricRecords) throws -> MetricSample {
    try MetricSample(
      Measure(statistics.kind, records), statistics.bootstrap, jobs: jobs)
  }
}
