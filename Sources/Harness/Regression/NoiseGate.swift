import Foundation

/// Tells a regression from noise.
///
/// A figure is worse when the whole interval of its change lies above the figure's minimum effect. The interval comes
/// from the spread that the repeats of both runs show, and its confidence is shared among all figures of the
/// comparison, so that many models raise no more false alarms than one.
public struct NoiseGate: Sendable {
  /// The probability that a comparison of a binary with itself raises any alarm, as far as repeats show the noise; it is
  /// squared where a second set of repeats must confirm the first.
  public var falseAlarms = 0.02

  public init() {}

  /// How one figure changed between two runs.
  public struct Change: Sendable, Hashable {
    public let model: String
    public let figure: GatedFigure
    /// Relative: 0.1 is a tenth worse.
    public let change: Double
    public let interval: Interval

    public var isRegression: Bool { interval.lower > figure.minimumEffect }
  }

  /// Every figure that both runs have values of, for the models of `current`.
  public func changes(from baseline: BenchmarkRun, to current: BenchmarkRun) -> [Change] {
    let alpha = falseAlarms / Double(max(1, GatedFigure.allCases.count * current.models.count))
    return current.models.flatMap { model -> [Change] in
      guard let old = baseline[model.name] else { return [] }
      return GatedFigure.allCases.compactMap { figure in
        change(of: figure, from: old, to: model, alpha: alpha)
      }
    }
  }

  private func change(
    of figure: GatedFigure, from old: BenchmarkRun.Model, to new: BenchmarkRun.Model, alpha: Double
  ) -> Change? {
    let (before, after) = (figure.values(old.repeats), figure.values(new.repeats))
    guard !before.isEmpty, !after.isEmpty else { return nil }
    let ranks = RankSum(old: before.map { log($0) }, new: after.map { log($0) }, alpha: alpha)
    return Change(
      model: new.name, figure: figure, change: exp(ranks.shift) - 1,
      interval: Interval(exp(ranks.interval.lower) - 1, exp(ranks.interval.upper) - 1))
  }
}
