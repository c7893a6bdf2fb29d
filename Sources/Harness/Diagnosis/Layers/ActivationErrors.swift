import CalibrantONNXFormat
import CalibrantQuantization

/// What the chosen range does to one activation.
public struct ActivationErrors: Sendable {
  /// What the codes cover.
  public let range: ClosedRange<Float>
  /// What was seen.
  public let observed: ClosedRange<Float>
  /// The share of values more than half a step outside of the range, to within a bin of the histogram:
  /// what clipping, not rounding, moves.
  public let clipped: Double
  /// The share of values that are not zero and become zero, to within a bin.
  public let zeroed: Double
  /// The share of the range that no value reached.
  public let wasted: Double
  /// Of what was seen.
  public let histogram: Histogram

  init(_ range: ClosedRange<Float>, _ statistics: TensorStatistics) {
    let summary = statistics.summary
    self.range = range
    observed =
      summary.isEmpty ? 0...0 : min(summary.minimum, 0)...max(summary.maximum, 0)
    histogram = statistics.histogram
    (clipped, zeroed) = Self.shares(histogram, range, zeros: summary.zeros)
    let span = range.upperBound - range.lowerBound
    let used =
      min(range.upperBound, observed.upperBound) - max(range.lowerBound, observed.lowerBound)
    wasted = span > 0 ? max(0, 1 - Double(used / span)) : 0
  }

  private static func shares(
    _ histogram: Histogram, _ range: ClosedRange<Float>, zeros: Int
  ) -> (clipped: Double, zeroed: Double) {
    let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
    let half = (high - low) / 255 / 2
    var (clipped, small) = (0, 0)
    for (index, count) in histogram.counts.enumerated() {
      let start = Double(histogram.firstBin + index) * histogram.binWidth
      let end = start + histogram.binWidth
      if start >= high + half || end <= low - half { clipped += count }
      if start >= -half && end <= half { small += count }
    }
    let total = Double(max(histogram.total, 1))
    return (Double(clipped) / total, Double(max(0, small - zeros)) / total)
  }

  /// By name of the value before rounding.
  static func measure(
    _ map: QuantizedLayerMap, on source: some SampleSource, jobs: Int
  ) throws -> [String: ActivationErrors] {
    var ranges: [String: ClosedRange<Float>] = [:]
    var targets: [ActivationTensor] = []
    for activation in map.layers.compactMap(\.activation) where ranges[activation.source] == nil {
      ranges[activation.source] = activation.range
      targets.append(
        ActivationTensor(name: activation.source, decidesRange: true, mayBePerChannel: false))
    }
    guard !targets.isEmpty else { return [:] }
    let observations = try Calibrator(jobs: jobs).observe(
      map.float.model(), targets: targets, on: source)
    return ranges.compactMapValuesWithKeys { name, range in
      observations.statistics[name].map { ActivationErrors(range, $0) }
    }
  }
}

extension Dictionary {
  fileprivate func compactMapValuesWithKeys<T>(
    _ transform: (Key, Value) throws -> T?
  ) rethrows -> [Key: T] {
    try reduce(into: [:]) { result, entry in
      if let value = try transform(entry.key, entry.value) { result[entry.key] = value }
    }
  }
}
