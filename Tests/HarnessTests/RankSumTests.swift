import Foundation
@testable import CalibrantHarness
import Testing

@Suite struct RankSumTests {
  /// Values of SciPy's exact test, by make_rank_golden.py.
  private struct Case: Decodable {
    var old: [Double]
    var new: [Double]
    var alpha: Double
    var shift: Double
    var lower: Double?
    var upper: Double?
  }

  @Test func equalsSciPy() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/rank-sum.json")
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
    #expect(cases.count > 20)
    for c in cases {
      let ranks = RankSum(old: c.old, new: c.new, alpha: c.alpha)
      #expect(isClose(ranks.shift, c.shift), "\(c)")
      #expect(isClose(ranks.interval.lower, c.lower ?? -.infinity), "\(c)")
      #expect(isClose(ranks.interval.upper, c.upper ?? .infinity), "\(c)")
    }
  }

  @Test func swappingTheSamplesTurnsTheIntervalAround() {
    let (a, b) = ([1.0, 4, 2, 8, 5], [7.0, 1, 4, 2, 8, 5])
    let (forth, back) = (RankSum(old: a, new: b, alpha: 0.1), RankSum(old: b, new: a, alpha: 0.1))
    #expect(forth.shift == -back.shift)
    #expect(forth.interval == Interval(-back.interval.upper, -back.interval.lower))
  }

  private func isClose(_ x: Double, _ y: Double) -> Bool { x == y || abs(x - y) < 1e-12 }
}
