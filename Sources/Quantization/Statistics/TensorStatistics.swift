/// What is kept about the channels of a tensor.
public enum ChannelDetail: Sendable, Equatable {
  case none
  /// Count, extremes and moments.
  case summaries
  /// These and a histogram of `channelCapacity` bins, from which methods can choose ranges.
  case histograms
}

/// Everything observed about one tensor: a value that does not depend on batch size, order, worker
/// count or sharding, and merges associatively.
public struct TensorStatistics: Sendable, Equatable {
  /// The largest number of bins of a channel's histogram.
  public static let channelCapacity = 512

  public private(set) var summary = Summary()
  public private(set) var histogram: Histogram
  public private(set) var extremes = SampleExtremes()
  /// One per channel, or empty: also where the second axis changes from sample to sample, which no channels do.
  public private(set) var channels: [Summary] = []
  /// One per channel, or empty.
  public private(set) var channelHistograms: [Histogram] = []
  /// One per channel, or empty.
  public private(set) var channelExtremes: [SampleExtremes] = []
  /// What is kept per channel.
  public let detail: ChannelDetail

  public init(capacity: Int = Histogram.defaultCapacity, detail: ChannelDetail = .none) {
    histogram = Histogram(capacity: capacity)
    self.detail = detail
  }

  /// Adds one sample of a tensor, C × spatial and contiguous.
  ///
  /// - Parameters:
  ///   - values: all values of the sample; their number is a multiple of `channels`.
  ///   - channels: C, at least 1.
  public mutating func observe(_ values: UnsafeBufferPointer<Float>, channels count: Int = 1) {
    precondition(
      count > 0 && values.count.isMultiple(of: count), "A sample is a whole number of channels.")
    settleChannels(count)
    let length = values.count / count
    var sample = PlaneExtremes()
    for channel in 0..<count {
      let plane = UnsafeBufferPointer(
        rebasing: values[channel * length..<(channel + 1) * length])
      let facts = PlaneSummary(plane)
      sample.cover(facts)
      summary.add(facts)
      guard !channels.isEmpty else { continue }
      channels[channel].add(facts)
      if detail == .histograms {
        Self.tally(plane, PlaneExtremes(facts), into: &channelHistograms[channel])
        channelExtremes[channel].add(minimum: facts.minimum, maximum: facts.maximum)
      }
    }
    extremes.add(minimum: sample.minimum, maximum: sample.maximum)
    Self.tally(values, sample, into: &histogram)
  }

  /// Adds what another value saw of the same tensor.
  public mutating func merge(_ other: TensorStatistics) {
    precondition(detail == other.detail, "Statistics merge when they keep the same detail.")
    if !other.isUntouched { settleChannels(other.channels.count) }
    summary.merge(other.summary)
    histogram.merge(other.histogram)
    extremes.merge(other.extremes)
    guard !other.channels.isEmpty else { return }
    for c in channels.indices { channels[c].merge(other.channels[c]) }
    for c in channelHistograms.indices { channelHistograms[c].merge(other.channelHistograms[c]) }
    for c in channelExtremes.indices { channelExtremes[c].merge(other.channelExtremes[c]) }
  }

  /// The distribution of all values, as methods want it.
  public var distribution: Distribution { Distribution(summary, histogram, extremes) }

  /// The distributions of the channels; empty unless `detail` is `.histograms`.
  public var channelDistributions: [Distribution] {
    channelHistograms.indices.map {
      Distribution(channels[$0], channelHistograms[$0], channelExtremes[$0])
    }
  }

  /// Whether no value was seen.
  private var isUntouched: Bool { summary.isEmpty && !summary.hasNonFinite }

  /// Channels are as many as at first, or, once their number has changed, none for good: then too, order does not matter.
  private mutating func settleChannels(_ count: Int) {
    guard detail != .none else { return }
    if isUntouched {
      makeChannels(count)
    } else if channels.count != count {
      makeChannels(0)
    }
  }

  private mutating func makeChannels(_ count: Int) {
    channels = Array(repeating: Summary(), count: count)
    if detail == .histograms {
      channelHistograms = Array(repeating: Histogram(capacity: Self.channelCapacity), count: count)
      channelExtremes = Array(repeating: SampleExtremes(), count: count)
    }
  }

  private static func tally(
    _ values: UnsafeBufferPointer<Float>, _ facts: PlaneExtremes, into histogram: inout Histogram
  ) {
    guard facts.hasNonFinite else {
      return histogram.add(values, lower: facts.minimum, upper: facts.maximum)
    }
    values.filter(\.isFinite).withUnsafeBufferPointer {
      histogram.add($0, lower: facts.minimum, upper: facts.maximum)
    }
  }
}

/// What a histogram has to know before it counts.
private struct PlaneExtremes {
  var minimum = Float.infinity
  var maximum = -Float.infinity
  var hasNonFinite = false

  init() {}

  init(_ plane: PlaneSummary) { cover(plane) }

  mutating func cover(_ plane: PlaneSummary) {
    minimum = min(minimum, plane.minimum)
    maximum = max(maximum, plane.maximum)
    if plane.nans + plane.infinities > 0 { hasNonFinite = true }
  }
}

// MARK: - Files

extension Histogram: Codable {
  private enum CodingKeys: String, CodingKey { case capacity, exponent, firstBin, counts }

  /// Runs of empty bins are written as one negative number.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(capacity, forKey: .capacity)
    try container.encode(exponent, forKey: .exponent)
    try container.encode(firstBin, forKey: .firstBin)
    var packed: [Int] = []
    for count in counts {
      if count == 0, let last = packed.last, last < 0 {
        packed[packed.count - 1] = last - 1
      } else {
        packed.append(count == 0 ? -1 : count)
      }
    }
    try container.encode(packed, forKey: .counts)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var counts: [Int] = []
    for entry in try container.decode([Int].self, forKey: .counts) {
      let isRun = entry < 0 && entry >= -4096
      counts.append(contentsOf: isRun ? Array(repeating: 0, count: -entry) : [entry])
      if counts.count > 4096 { break }
    }
    let histogram = Histogram(
      capacity: try container.decode(Int.self, forKey: .capacity),
      exponent: try container.decode(Int.self, forKey: .exponent),
      firstBin: try container.decode(Int.self, forKey: .firstBin), counts: counts)
    guard let histogram else {
      throw DecodingError.dataCorruptedError(
        forKey: .counts, in: container, debugDescription: "not a histogram")
    }
    self = histogram
  }
}

extension TensorStatistics: Codable {
  private enum CodingKeys: String, CodingKey {
    case summary, histogram, extremes, channels, channelHistograms, channelExtremes
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(summary, forKey: .summary)
    try container.encode(histogram, forKey: .histogram)
    try container.encode(extremes, forKey: .extremes)
    if detail != .none { try container.encode(channels, forKey: .channels) }
    guard detail == .histograms else { return }
    try container.encode(channelHistograms, forKey: .channelHistograms)
    try container.encode(channelExtremes, forKey: .channelExtremes)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    summary = try container.decode(Summary.self, forKey: .summary)
    histogram = try container.decode(Histogram.self, forKey: .histogram)
    extremes = try container.decode(SampleExtremes.self, forKey: .extremes)
    channelExtremes =
      try container.decodeIfPresent([SampleExtremes].self, forKey: .channelExtremes) ?? []
    let channels = try container.decodeIfPresent([Summary].self, forKey: .channels)
    let histograms = try container.decodeIfPresent([Histogram].self, forKey: .channelHistograms)
    self.channels = channels ?? []
    channelHistograms = histograms ?? []
    detail = channels == nil ? .none : histograms == nil ? .summaries : .histograms
    let isSound =
      histogram.total == summary.count
      && (histograms == nil || self.channels.count == channelHistograms.count)
      && channelExtremes.count == channelHistograms.count
      && zip(self.channels, channelHistograms).allSatisfy { $0.count == $1.total }
      && channelHistograms.allSatisfy { $0.capacity == Self.channelCapacity }
    guard isSound else {
      throw DecodingError.dataCorruptedError(
        forKey: .histogram, in: container, debugDescription: "counts that do not add up")
    }
  }
}
