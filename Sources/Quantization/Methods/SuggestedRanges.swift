/// What each of `auto`'s methods makes of observed statistics.
public struct SuggestedRanges: Sendable {
  /// Of each method, for all tensors.
  public private(set) var uniform: [(method: String, ranges: ActivationRanges)]
  /// For each tensor, the method with the smallest error of the tensor itself.
  public private(set) var best = ActivationRanges()

  /// Tensors in which nothing was seen get no range.
  public init(_ statistics: [String: TensorStatistics], _ auto: Auto, grid: QuantizationGrid) {
    uniform = auto.candidates.map { ($0.name, ActivationRanges()) }
    for (name, observed) in statistics where !observed.summary.isEmpty {
      let choice = auto.choose(for: observed.distribution, on: grid)
      let channels = observed.channelDistributions.map { auto.choose(for: $0, on: grid) }
      best.tensors[name] = choice.range
      if !channels.isEmpty { best.channels[name] = channels.map(\.range) }
      for method in uniform.indices {
        uniform[method].ranges.tensors[name] = choice.scores[method].range
        guard !channels.isEmpty else { continue }
        uniform[method].ranges.channels[name] = channels.map { $0.scores[method].range }
      }
    }
  }
}
