import Foundation

/// What is believed of each channel of a tensor without having seen data: mean, variance and bounds.
///
/// A single entry stands for any number of equal channels.
struct ChannelMoments: Equatable {
  struct Channel: Equatable {
    var mean: Double
    var variance: Double
    var lower: Double
    var upper: Double

    var deviation: Double { variance.squareRoot() }
  }

  var channels: [Channel]

  /// How many standard deviations a range reaches (Nagel et al. 2019, arXiv:1906.04721, §4.3).
  static let reach = 6.0

  /// The range of all channels; nil where it is not finite.
  var range: ValueRange? {
    let lower = Float(channels.map(\.lower).min() ?? 0)
    let upper = Float(channels.map(\.upper).max() ?? 0)
    return lower.isFinite && upper.isFinite ? ValueRange(lower, upper) : nil
  }

  /// The ranges of the channels; nil where one is not finite.
  var channelRanges: [ValueRange]? {
    let finite = channels.allSatisfy { Float($0.lower).isFinite && Float($0.upper).isFinite }
    return finite ? channels.map { ValueRange(Float($0.lower), Float($0.upper)) } : nil
  }

  init(_ channels: [Channel]) {
    precondition(!channels.isEmpty, "A tensor has at least one channel.")
    self.channels = channels
  }

  /// Channels that are normal, as after a batch norm.
  init(_ normals: [ChannelNormal]) {
    self.init(
      normals.map {
        Channel(
          mean: $0.mean, variance: $0.deviation * $0.deviation,
          lower: $0.mean - Self.reach * $0.deviation, upper: $0.mean + Self.reach * $0.deviation)
      })
  }

  /// One channel that stands for all.
  func collapsed() -> ChannelMoments {
    let count = Double(channels.count)
    let mean = channels.reduce(0) { $0 + $1.mean } / count
    let square = channels.reduce(0) { $0 + $1.variance + $1.mean * $1.mean } / count
    return ChannelMoments([
      Channel(
        mean: mean, variance: max(square - mean * mean, 0),
        lower: channels.map(\.lower).min() ?? 0, upper: channels.map(\.upper).max() ?? 0)
    ])
  }

  /// As many channels as asked for. A multiple repeats each channel, which is what flattening
  /// C × spatial does; any other number gets the collapsed channel.
  func resized(to count: Int) -> ChannelMoments {
    if count == channels.count || count < 1 { return self }
    guard count.isMultiple(of: channels.count) else {
      return ChannelMoments(Array(repeating: collapsed().channels[0], count: count))
    }
    let times = count / channels.count
    return ChannelMoments(channels.flatMap { Array(repeating: $0, count: times) })
  }

  /// Bounds that hold zero as well, as after zero padding.
  func includingZero() -> ChannelMoments {
    map { channel in
      var channel = channel
      channel.lower = min(channel.lower, 0)
      channel.upper = max(channel.upper, 0)
      return channel
    }
  }

  func map(_ transform: (Channel) -> Channel) -> ChannelMoments {
    ChannelMoments(channels.map(transform))
  }

  /// Combines channel by channel.
  func combined(with other: ChannelMoments, _ combine: (Channel, Channel) -> Channel)
    -> ChannelMoments
  {
    let count = max(channels.count, other.channels.count)
    return ChannelMoments(
      zip(resized(to: count).channels, other.resized(to: count).channels).map(combine))
  }
}

extension ChannelMoments.Channel {
  /// The sum of two independent channels; its bounds reach no further than 6 deviations.
  func adding(_ other: Self) -> Self {
    var sum = Self(
      mean: mean + other.mean, variance: variance + other.variance, lower: lower + other.lower,
      upper: upper + other.upper)
    sum.limitReach()
    return sum
  }

  /// The product of two independent channels.
  func multiplying(_ other: Self) -> Self {
    let corners = [
      lower * other.lower, lower * other.upper, upper * other.lower, upper * other.upper,
    ]
    let mean = mean * other.mean
    let square = (variance + self.mean * self.mean) * (other.variance + other.mean * other.mean)
    return Self(
      mean: mean, variance: max(square - mean * mean, 0), lower: corners.min() ?? 0,
      upper: corners.max() ?? 0)
  }

  /// scale · x + shift.
  func affine(_ scale: Double, _ shift: Double) -> Self {
    let ends = [lower * scale + shift, upper * scale + shift]
    return Self(
      mean: mean * scale + shift, variance: variance * scale * scale,
      lower: min(ends[0], ends[1]), upper: max(ends[0], ends[1]))
  }

  mutating func limitReach() {
    let reach = ChannelMoments.reach * deviation
    lower = max(lower, mean - reach)
    upper = min(upper, mean + reach)
  }

  /// A normal channel clipped to `low...high`; either may be infinite.
  ///
  /// With a = (low − β) / γ and b = (high − β) / γ the moments of what lies inside are those of the
  /// truncated normal, and the clipped mass sits on the ends.
  func clipped(_ low: Double, _ high: Double) -> Self {
    let sigma = max(deviation, 1e-12)
    let a = (low - mean) / sigma
    let b = (high - mean) / sigma
    let inside = normalCDF(b) - normalCDF(a)
    let slope = normalPDF(a) - normalPDF(b)
    let curve = (a.isFinite ? a * normalPDF(a) : 0) - (b.isFinite ? b * normalPDF(b) : 0)
    let below = low.isFinite ? normalCDF(a) : 0
    let above = high.isFinite ? 1 - normalCDF(b) : 0
    let lowEnd = low.isFinite ? low : 0
    let highEnd = high.isFinite ? high : 0
    let first = mean * inside + sigma * slope + lowEnd * below + highEnd * above
    let second =
      (mean * mean + sigma * sigma) * inside + 2 * mean * sigma * slope + sigma * sigma * curve
      + lowEnd * lowEnd * below + highEnd * highEnd * above
    return Self(
      mean: first, variance: max(second - first * first, 0), lower: min(max(lower, low), high),
      upper: max(min(upper, high), low))
  }

  /// A normal channel under any continuous function: moments by quadrature over ±6 deviations, bounds
  /// by sampling.
  func mapped(_ function: (Double) -> Double) -> Self {
    let steps = 96
    var (weight, first, second) = (0.0, 0.0, 0.0)
    for i in 0...steps {
      let z = 12 * Double(i) / Double(steps) - 6
      let value = function(mean + z * deviation)
      let density = normalPDF(z)
      weight += density
      first += density * value
      second += density * value * value
    }
    let samples = (0...steps).map {
      function(lower + (upper - lower) * Double($0) / Double(steps))
    }
    let average = first / weight
    return Self(
      mean: average, variance: max(second / weight - average * average, 0),
      lower: samples.min() ?? 0, upper: samples.max() ?? 0)
  }
}

private func normalPDF(_ x: Double) -> Double {
  x.isFinite ? exp(-x * x / 2) / (2 * Double.pi).squareRoot() : 0
}

private func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
