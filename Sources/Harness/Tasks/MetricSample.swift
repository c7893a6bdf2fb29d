import CalibrantTasks

/// A metric of all images and of the same resamples of them as every other arm's.
public enum MetricSample: Sendable, Hashable {
  /// A share of images; nil of those that the question does not arise for.
  case proportion([Bool?])
  /// - Parameters:
  ///   - values: of each resample.
  ///   - effectiveCount: how many images it rests on; nil for all.
  case resampled(value: Double?, values: [Double?], effectiveCount: Double?)

  /// Weighs a measure by every resample.
  init(_ measure: Measure, _ bootstrap: PairedBootstrap, jobs: Int) throws {
    switch measure.form {
    case .proportion(let holds): self = .proportion(holds)
    case .weighted(let metric):
      let all = [Int](repeating: 1, count: bootstrap.imageCount)
      var values: [Double?] = []
      values.reserveCapacity(bootstrap.resampleCount)
      let units = (bootstrap.resampleCount + Self.unit - 1) / Self.unit
      try processInOrder(units: units, jobs: jobs) {
        { unit in
          let end = min((unit + 1) * Self.unit, bootstrap.resampleCount)
          return bootstrap.values(of: unit * Self.unit..<end, metric)
        }
      } consume: { (_: Int, some: [Double?]) in
        values += some
      }
      self = .resampled(
        value: metric.value(weights: all), values: values,
        effectiveCount: metric.effectiveImageCount)
    }
  }

  /// Resamples that a worker takes at a time.
  private static let unit = 48

  var value: Double? {
    switch self {
    case .proportion(let holds):
      holds.contains { $0 != nil } ? counted(holds).share : nil
    case .resampled(let value, _, _): value
    }
  }

  /// 95 %: Wilson of a share, the bootstrap's of anything else.
  func interval(_ bootstrap: PairedBootstrap) -> Interval? {
    switch self {
    case .proportion(let holds):
      let (successes, count) = counted(holds).counts
      return Wilson.interval(successes: successes, count: count)
    case .resampled(_, let values, let count):
      return bootstrap.interval(of: centred(values), effectiveImageCount: count).map {
        Interval(max($0.lowerBound, 0), min($0.upperBound, 1))
      }
    }
  }

  /// Resamples hold some images twice and others not at all, which some metrics take for easier: their average precision is
  /// higher on the whole. Differences of arms have no such shift.
  private func centred(_ values: [Double?]) -> [Double?] {
    let known = values.compactMap(\.self)
    guard let value, !known.isEmpty else { return values }
    let shift = known.reduce(0, +) / Double(known.count) - value
    return values.map { $0.map { $0 - shift } }
  }

  private func counted(_ holds: [Bool?]) -> (share: Double, counts: (Int, Int)) {
    let known = holds.compactMap(\.self)
    let successes = known.count { $0 }
    return (Double(successes) / Double(max(known.count, 1)), (successes, known.count))
  }
}

extension Interval {
  init(_ range: ClosedRange<Double>) { self.init(range.lowerBound, range.upperBound) }
}

extension PairedCounts {
  /// Of images that the question arises for in both.
  init(before: [Bool?], after: [Bool?]) {
    self.init(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
    for case (let old?, let new?) in zip(before, after) { add(before: old, after: new) }
  }
}
