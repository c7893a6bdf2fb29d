/// The order in which integer kernels take the products of one output: position by position of the window, the channels
/// of the group fastest, two products at a time.
///
/// An odd one out is paired with a zero, and alone it fits into 16 bits. Blocks of the kernels hold an even number of
/// products, so pairs never cross them.
public struct PairOrder: Sendable, Hashable {
  /// Channels of the group.
  public let channels: Int
  /// Positions of the window: KH · KW, or 1 for a matrix.
  public let positions: Int

  public init(channels: Int, positions: Int = 1) {
    (self.channels, self.positions) = (channels, positions)
  }

  public var depth: Int { channels * positions }

  /// Where the k-th product's weight lies among those of its output, which run (channel, position).
  @inline(__always)
  public func place(_ k: Int) -> Int { k % channels * positions + k / channels }

  /// The places of every two weights whose products are added first.
  public var pairs: [(first: Int, second: Int)] {
    stride(from: 0, to: depth - 1, by: 2).map { (place($0), place($0 + 1)) }
  }
}

/// What the weights of a pair may be so that no unsigned bytes make their products' sum leave 16 bits:
/// 255 · 128 fits, 255 · 129 does not.
public enum PairBound {
  public static let limit = 128

  @inline(__always)
  public static func holds(_ first: Int, _ second: Int) -> Bool {
    max(first, 0) + max(second, 0) <= limit && min(first, 0) + min(second, 0) >= -limit
  }
}
