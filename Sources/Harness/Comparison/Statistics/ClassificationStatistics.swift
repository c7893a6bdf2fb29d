import CalibrantTasks

/// Top-1, in exact statistics of right and wrong.
public struct ClassificationStatistics: ArmStatistics {
  public let sampling: Sampling

  public init(_ sampling: Sampling = .fixed) { self.sampling = sampling }

  public let kind = MetricKind(name: "top-1")

  public var intervals: String { sampling.intervals(of: kind.name) }

  public func summary(of records: [Record]) -> MetricSummary {
    let correct = records.count(where: \.isCorrect)
    return MetricSummary(
      value: share(correct, of: records.count),
      interval: Wilson.interval(successes: correct, count: records.count),
      top5: share(records.count(where: \.isInTop5), of: records.count))
  }

  public func difference(from before: [Record], to after: [Record]) -> MetricDifference {
    MetricDifference(PairedCounts(before: before, after: after), sampling)
  }

  public func judgement(from before: [Record], to after: [Record], maxDrop: Double) -> Judgement {
    Judgement(PairedCounts(before: before, after: after), maxDrop: maxDrop, sampling: sampling)
  }

  public func agreement(of one: [Record], with other: [Record]) -> Double? {
    one.isEmpty
      ? nil : share(zip(one, other).count { $0.top5.first == $1.top5.first }, of: one.count)
  }

  public func agreementJudgement(
    from original: [Record], to arm: [Record], least: Double
  ) -> Judgement {
    let same = zip(original, arm).map { $0.top5.first == $1.top5.first }
    let counts = PairedCounts(before: same.map { _ in true }, after: same)
    return Judgement(counts, maxDrop: 1 - least, sampling: sampling)
  }

  /// Fieller's interval is for a number of images fixed beforehand.
  public func dropRatio(
    original: [Record], larger: [Record], smaller: [Record]
  ) -> DropRatio? {
    sampling == .sequential
      ? nil : DropRatio(original: original, larger: larger, smaller: smaller)
  }

  private func share(_ part: Int, of whole: Int) -> Double {
    whole == 0 ? 0 : Double(part) / Double(whole)
  }
}

extension MetricDifference {
  /// Of images that are right or wrong.
  init(_ counts: PairedCounts, _ sampling: Sampling) {
    let test = sampling.pValues(counts)
    self.init(
      drop: counts.drop, interval: sampling.interval(counts), pValue: test.exact, midP: test.mid,
      broken: counts.broken, fixed: counts.fixed)
  }
}

extension Sampling {
  /// How the intervals of a share and of its change come about.
  func intervals(of name: String) -> String {
    let method =
      self == .fixed
      ? "Newcombe's paired method" : "a confidence sequence, valid at every look,"
    return "Wilson for \(name), \(method) for the change"
  }
}
