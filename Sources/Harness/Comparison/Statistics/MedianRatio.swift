/// What one thing is as a multiple of another, from rounds in which both were measured.
public struct MedianRatio: Sendable, Codable, Hashable {
  /// The median over the rounds.
  public let ratio: Double

  /// Order statistics of the rounds that hold the median with 95 % at least: those that the sign test does not refuse (W. R.
  /// Thompson, "On confidence ranges for the median", 1936). nil where fewer than six rounds say too little.
  public let interval: Interval?

  public let rounds: Int

  /// - Parameter rounds: one ratio each, 1 to 1,000.
  public init(_ rounds: [Double]) {
    precondition((1...1_000).contains(rounds.count), "2 to the power of -n must be a number")
    let sorted = rounds.sorted()
    ratio = sorted.quantile(0.5)
    interval = Self.ranksOutside(sorted.count).map { outside in
      Interval(sorted[outside], sorted[sorted.count - 1 - outside])
    }
    self.rounds = rounds.count
  }

  /// How many of the smallest and of the largest of `count` values lie outside of the interval: the largest k of which the
  /// median lies below the k + 1 smallest with a chance of at most 2.5 %.
  private static func ranksOutside(_ count: Int) -> Int? {
    var chance = 1.0
    for _ in 0..<count { chance /= 2 }
    var sum = chance
    var k = -1
    while sum <= 0.025 {
      k += 1
      chance *= Double(count - k) / Double(k + 1)
      sum += chance
    }
    return k < 0 ? nil : k
  }
}
