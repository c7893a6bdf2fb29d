/// What several methods make of observed statistics.
public struct SuggestedRanges: Sendable {
  /// Of each method, for all tensors.
  public private(set) var uniform: [(method: String, ranges: ActivationRanges)]
  /// For each tensor, the method with the smallest error of the tensor itself.
  public private(set) var best = ActivationRanges()

  /// Tensors in which nothing was seen get no range.
  public init(
    _ statistics: [String: TensorStatistics], _ methods: [any CalibrationMethod],
    grid: QuantizationGrid
  ) {
    uniform = methods.map { ($0.name, ActivationRanges()) }
    for (name, observed) in statistics where !observed.summary.isEmpty {
      let scores = RangeScores(methods, of: observed.distribution, on: grid)
      let channels = observed.channelDistributions.map { RangeScores(methods, of: $0, on: grid) }
      best.tensors[name] = scores.best.range
      if !channels.isEmpty { best.channels[name] = channels.map(\.best.range) }
      for method in uniform.indices {
        uniform[method].ranges.tensors[name] = scores.all[method].range
        guard !channels.isEmpty else { continue }
        uniform[method].ranges.channels[name] = channels.map { $0.all[method].range }
      }
    }
  }
}
