import CalibrantTasks

/// What one arm's answers on all images leave behind.
public struct TaskAnswers: Sendable, Hashable {
  public var isOriginal: Bool
  /// What is judged.
  public var metric: MetricSample
  /// With the original's answers.
  public var agreement: MetricSample
  /// What is judged is taken of these; nil where it says nothing, as of the original without labels.
  public var records: MetricRecords?
  public var details: MetricDetails
}

/// Exact statistics of shares of images, and the paired bootstrap of everything else.
public struct TaskStatistics: ArmStatistics {
  public let kind: MetricKind
  let bootstrap: PairedBootstrap
  let imageCount: Int
  /// What resamples draw.
  let unit: String
  let isProportion: Bool

  public var intervals: String {
    isProportion
      ? Sampling.fixed.intervals(of: kind.name)
      : "paired bootstrap over \(unit), \(ReportText.count(bootstrap.resampleCount)) resamples"
  }

  public func summary(of answers: TaskAnswers) -> MetricSummary {
    var summary = MetricSummary(
      value: answers.metric.value, interval: answers.metric.interval(bootstrap))
    summary.details = answers.details
    return summary
  }

  public func difference(from before: TaskAnswers, to after: TaskAnswers) -> MetricDifference {
    difference(from: before.metric, to: after.metric)
  }

  func difference(from before: MetricSample, to after: MetricSample) -> MetricDifference {
    switch (before, after) {
    case (.proportion(let old), .proportion(let new)):
      return MetricDifference(PairedCounts(before: old, after: new), .fixed)
    default:
      let differences = differences(before, after)
      let (old, new) = (before.value, after.value)
      return MetricDifference(
        drop: old.flatMap { old in new.map { old - $0 } },
        interval: bootstrap.interval(
          of: differences.values, effectiveImageCount: differences.count
        ).map { Interval($0) },
        pValue: bootstrap.pValue(of: differences.values, effectiveImageCount: differences.count))
    }
  }

  public func judgement(
    from before: TaskAnswers, to after: TaskAnswers, maxDrop: Double
  ) -> Judgement {
    judgement(from: before.metric, to: after.metric, maxDrop: maxDrop)
  }

  /// The original agrees with itself.
  public func agreementJudgement(
    from original: TaskAnswers, to arm: TaskAnswers, least: Double
  ) -> Judgement {
    judgement(from: original.agreement, to: arm.agreement, maxDrop: 1 - least)
  }

  func judgement(
    from before: MetricSample, to after: MetricSample, maxDrop: Double
  ) -> Judgement {
    switch (before, after) {
    case (.proportion(let old), .proportion(let new)):
      return Judgement(PairedCounts(before: old, after: new), maxDrop: maxDrop)
    default:
      let differences = differences(before, after)
      // Either end of a 90 % interval errs with a chance of 5 %.
      let range = bootstrap.interval(
        of: differences.values, effectiveImageCount: differences.count, confidence: 0.9)
      guard let range, let old = before.value, let new = after.value else {
        return Judgement(.inconclusive)
      }
      return Judgement(
        drop: old - new, Interval(range), images: imageCount, maxDrop: maxDrop)
    }
  }

  public func agreement(of one: TaskAnswers, with other: TaskAnswers) -> Double? {
    // It is with the original alone.
    one.isOriginal && !other.isOriginal ? other.agreement.value : nil
  }

  private func differences(
    _ before: MetricSample, _ after: MetricSample
  ) -> (values: [Double?], count: Double?) {
    guard case .resampled(_, let old, let first) = before,
      case .resampled(_, let new, let second) = after
    else { return ([], nil) }
    let values = zip(old, new).map { old, new in old.flatMap { old in new.map { old - $0 } } }
    return (values, [first, second].compactMap(\.self).min())
  }
}

extension Judgement {
  /// - Parameters:
  ///   - interval: of the drop, each end of which errs with a chance of 5 %.
  ///   - images: how many it rests on; its ends move towards the drop with the root of their number.
  init(drop: Double, _ interval: Interval, images: Int, maxDrop: Double) {
    if interval.upper < maxDrop {
      self.init(.pass)
    } else if interval.lower > maxDrop {
      self.init(.fail)
    } else {
      let reach = drop < maxDrop ? interval.upper - drop : drop - interval.lower
      let factor = reach / abs(maxDrop - drop)
      let needed = Double(images) * factor * factor
      self.init(
        .inconclusive, imagesNeeded: needed < 1e9 ? max(images + 1, Int(needed.rounded(.up))) : nil)
    }
  }
}
