import Foundation
import CalibrantONNXFormat
import CalibrantQuantization

/// What rounding does to one layer's weights.
public struct WeightErrors: Sendable {
  /// In dB.
  public let sqnr: Double?
  /// The share of weights that are not zero and became zero.
  public let zeroed: Double
  /// The share of the widest channel's span that a channel leaves unused, on average; with one scale
  /// per tensor that much of the grid is wasted on it.
  public let wasted: Double
  /// Output channels with the lowest SQNR, worst first.
  public let worstChannels: [(channel: Int, sqnr: Double)]

  /// What the rounded weights span.
  public let range: ClosedRange<Float>
  /// Of the original's weights.
  public let histogram: Histogram

  private static let listed = 3

  /// - Parameters:
  ///   - float: the original's weights; `rounded`: as dequantized, in the same order.
  init(float: [Float], rounded: [Float], shape: [Int], axis: Int) {
    let channels = max(shape[axis], 1)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var sums = [SignalAndNoise](repeating: SignalAndNoise(), count: channels)
    var lowest = [Float](repeating: 0, count: channels)
    var highest = lowest
    var zeroed = 0
    for (index, (x, y)) in zip(float, rounded).enumerated() {
      let channel = index / inner % channels
      sums[channel].signal += Double(x) * Double(x)
      sums[channel].noise += (Double(x) - Double(y)) * (Double(x) - Double(y))
      lowest[channel] = min(lowest[channel], y)
      highest[channel] = max(highest[channel], y)
      if y == 0 && x != 0 { zeroed += 1 }
    }
    var total = SignalAndNoise()
    for sum in sums { total.merge(sum) }
    sqnr = total.decibels
    self.zeroed = float.isEmpty ? 0 : Double(zeroed) / Double(float.count)
    let widest = Double((highest.max() ?? 0) - (lowest.min() ?? 0))
    let used = zip(highest, lowest).map { widest > 0 ? Double($0 - $1) / widest : 1 }
    range = (lowest.min() ?? 0)...(highest.max() ?? 0)
    histogram = Self.histogram(of: float)
    wasted = 1 - used.reduce(0, +) / Double(channels)
    worstChannels = Array(
      sums.enumerated().compactMap { channel, sum in sum.decibels.map { (channel, $0) } }
        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(Self.listed))
  }

  private static func histogram(of values: [Float]) -> Histogram {
    var histogram = Histogram()
    let finite = values.filter(\.isFinite)
    finite.withUnsafeBufferPointer {
      histogram.add($0, lower: finite.min() ?? 0, upper: finite.max() ?? 0)
    }
    return histogram
  }
}
