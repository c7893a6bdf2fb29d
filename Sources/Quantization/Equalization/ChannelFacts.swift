import CalibrantEngine

/// What was seen of each channel of a value. Merges of the same parts in the same order give the same.
public struct ChannelFacts: Sendable, Equatable {
  /// The smallest and the largest value of each channel, and 0.
  public private(set) var lowest: [Float] = []
  public private(set) var highest: [Float] = []
  /// Σx² of each channel.
  private var squares: [Double] = []
  /// Values seen of each channel.
  private var count = 0

  public init() {}

  /// The largest absolute value of each channel.
  var reach: [Double] { zip(lowest, highest).map { Double(max(-$0, $1)) } }

  /// −1 for each channel that reaches further below 0 than above it, 1 for the others.
  var turned: [Double] { zip(lowest, highest).map { -$0 > $1 ? -1 : 1 } }

  /// The mean square of each channel.
  var power: [Double] { squares.map { $0 / Double(max(count, 1)) } }

  /// Adds a batch of the value; anything but float32 is passed over.
  ///
  /// - Parameter point: what says which axis is that of the channels.
  public mutating func observe(_ values: TensorView, of point: BalancePoint) {
    let dims = values.shape.dims
    let axis = dims.count - 1 - point.trailing
    guard values.dtype == .float32, values.count > 0, axis >= 0, dims[axis] == point.channels
    else { return }
    let inner = dims[(axis + 1)...].reduce(1, *)
    if lowest.isEmpty {
      lowest = [Float](repeating: 0, count: point.channels)
      (highest, squares) = (lowest, [Double](repeating: 0, count: point.channels))
    }
    let rows = values.count / (point.channels * inner)
    count += rows * inner
    for row in 0..<rows {
      for channel in 0..<point.channels {
        let start = (row * point.channels + channel) * inner
        add(UnsafeBufferPointer(rebasing: values.floats[start..<start + inner]), to: channel)
      }
    }
  }

  private mutating func add(_ values: UnsafeBufferPointer<Float>, to channel: Int) {
    var (lower, upper, sum) = (lowest[channel], highest[channel], 0.0)
    for value in values {
      lower = min(lower, value)
      upper = max(upper, value)
      sum += Double(value) * Double(value)
    }
    (lowest[channel], highest[channel]) = (lower, upper)
    squares[channel] += sum
  }

  /// Adds what was seen of the same value elsewhere.
  public mutating func merge(_ other: ChannelFacts) {
    guard !other.lowest.isEmpty else { return }
    guard !lowest.isEmpty else {
      self = other
      return
    }
    count += other.count
    for i in lowest.indices {
      lowest[i] = min(lowest[i], other.lowest[i])
      highest[i] = max(highest[i], other.highest[i])
      squares[i] += other.squares[i]
    }
  }
}
