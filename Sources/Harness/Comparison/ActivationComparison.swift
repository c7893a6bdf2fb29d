import Foundation
import CalibrantQuantization

/// The range that each method chose for one activation, and what each would cost.
public struct ActivationComparison: Sendable, Codable, Hashable {
  /// What `auto` decided by.
  public enum Basis: String, Sendable, Codable, CaseIterable {
    /// The error of the outputs of the layers that read the activation, on held-out images.
    case readers
    /// The error of the activation itself, where no layer reads it alone or all methods agree.
    case tensor
    /// The error of the network's outputs, for which other ranges were better than those that suit each tensor's readers.
    case network
  }

  public struct Candidate: Sendable, Codable, Hashable {
    public let method: String

    /// In the activation's own unit; it includes zero.
    public let range: Interval

    /// Σx² / Σ(x − x̂)² of the observed values in dB; nil where nothing is lost.
    public let sqnr: Double?

    /// Variance of what rounding adds to the outputs of the layers that read it, summed over outputs; nil where
    /// that was not measured.
    public internal(set) var readerError: Double?

    public init(method: String, range: Interval, sqnr: Double?, readerError: Double? = nil) {
      self.method = method
      self.range = range
      self.sqnr = sqnr
      self.readerError = readerError
    }
  }

  /// The activation's name in the model.
  public let tensor: String

  /// In the order that the methods were asked for.
  public internal(set) var candidates: [Candidate]

  /// The method that `auto` took; nil where `auto` was not asked for.
  public internal(set) var chosen: String?

  public internal(set) var basis: Basis?

  /// Counts of observed values in equal bins over the observed range.
  public let histogram: [Int]

  /// The range that the histogram covers.
  public let observed: Interval

  static let bins = 64

  public init(
    tensor: String, candidates: [Candidate], chosen: String?, basis: Basis?, histogram: [Int],
    observed: Interval
  ) {
    self.tensor = tensor
    self.candidates = candidates
    self.chosen = chosen
    self.basis = basis
    self.histogram = histogram
    self.observed = observed
  }
}

extension ActivationComparison {
  /// What every method makes of the same observations. Activations have 8 bits in every scheme that rounds them, so one
  /// table serves all schemes.
  ///
  /// - Parameters:
  ///   - tensors: the activations in the order of the graph.
  ///   - choices: those of `auto`; empty where it was not asked for.
  static func table(
    of tensors: [String], _ statistics: [String: TensorStatistics],
    methods: [any CalibrationMethod], choices: RangeChoices, grid: QuantizationGrid
  ) -> [ActivationComparison] {
    let auto = methods.first { !$0.candidates.isEmpty }
    let candidates = auto.map { auto in
      auto.candidates
        + methods.filter { method in
          method.name != auto.name && !auto.candidates.contains { $0.name == method.name }
        }
    }
    return tensors.compactMap { name in
      guard let observed = statistics[name], !observed.summary.isEmpty else { return nil }
      var row = ActivationComparison(name, observed, candidates ?? methods, grid)
      if let auto { row.decide(auto, choices) }
      return row
    }
  }
}

extension ActivationComparison {
  init(
    _ tensor: String, _ statistics: TensorStatistics, _ methods: [any CalibrationMethod],
    _ grid: QuantizationGrid
  ) {
    let (values, summary) = (statistics.distribution, statistics.summary)
    let power = summary.sumOfSquares.value / Double(summary.count)
    self.tensor = tensor
    candidates = methods.map { method in
      let range = method.range(of: values, on: grid)
      let error = values.expectedSquaredError(grid.parameters(for: range))
      return Candidate(
        method: method.name, range: Interval(range),
        sqnr: error > 0 && power > 0 ? 10 * log10(power / error) : nil)
    }
    observed = Interval(summary.range)
    histogram = statistics.histogram.resampled(over: summary.range, bins: Self.bins)
  }

  fileprivate mutating func decide(_ auto: any CalibrationMethod, _ choices: RangeChoices) {
    let choice = choices.tensors.first { $0.names.contains(tensor) }
    for score in choice?.scores ?? [] {
      if let index = candidates.firstIndex(where: { $0.method == score.method }) {
        candidates[index].readerError = score.error
      }
    }
    if let plan = choices.chosen?.plan, plan != .ownEach,
      let method = choice?.method ?? plan.method
    {
      (chosen, basis) = (method, .network)
    } else if let choice {
      (chosen, basis) = (choice.method, .readers)
    } else {
      (chosen, basis) = (mostAccurate(candidates.prefix(auto.candidates.count)), .tensor)
    }
  }

  private func mostAccurate(_ candidates: ArraySlice<Candidate>) -> String? {
    let first = candidates.first
    return candidates.dropFirst().reduce(first) { best, next in
      (next.sqnr ?? .infinity) > (best?.sqnr ?? .infinity) ? next : best
    }?.method
  }
}

extension Interval {
  fileprivate init(_ range: ValueRange) { self.init(Double(range.lower), Double(range.upper)) }
}

extension Histogram {
  /// Counts in `bins` equal bins over `range`; each of its own bins goes where its middle lies.
  func resampled(over range: ValueRange, bins: Int) -> [Int] {
    var result = [Int](repeating: 0, count: bins)
    let (lower, width) = (Double(range.lower), Double(range.upper) - Double(range.lower))
    guard width > 0 else { return result }
    for (index, count) in counts.enumerated() where count > 0 {
      let middle = (Double(firstBin + index) + 0.5) * binWidth
      let bin = Int((middle - lower) / width * Double(bins))
      result[min(max(bin, 0), bins - 1)] += count
    }
    return result
  }
}
