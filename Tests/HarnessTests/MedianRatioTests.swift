import Testing

@testable import CalibrantHarness

@Suite struct MedianRatioTests {
  private static let rounds = [1.9, 2.4, 2.1, 2.0, 5.0, 2.2, 1.7, 2.05, 2.3]

  /// `scipy.stats.quantile_test(rounds, q=0, p=0.5).confidence_interval(0.95)`, NaN for five.
  @Test func intervalEqualsSciPys() {
    #expect(MedianRatio(Self.rounds).ratio == 2.1)
    #expect(MedianRatio(Self.rounds).interval == Interval(1.9, 2.4))
    #expect(MedianRatio(Array(Self.rounds.prefix(8))).interval == Interval(1.7, 5.0))
    #expect(MedianRatio(Array(Self.rounds.prefix(6))).interval == Interval(1.9, 5.0))
    #expect(MedianRatio(Array(Self.rounds.prefix(5))).interval == nil)
    #expect(MedianRatio([3]).ratio == 3)
  }

  /// The same of 1, 2, … n.
  @Test(arguments: [
    (6, 1, 6), (9, 2, 8), (12, 3, 10), (15, 4, 12), (20, 6, 15), (21, 6, 16), (100, 40, 61),
    (1_000, 469, 532),
  ])
  func ranksEqualSciPys(count: Int, lower: Int, upper: Int) {
    let ratio = MedianRatio((1...count).map(Double.init).shuffled())
    #expect(ratio.interval == Interval(Double(lower), Double(upper)))
    #expect(ratio.rounds == count)
  }
}
