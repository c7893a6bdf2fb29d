import Foundation
import CalibrantLinearAlgebra
import Testing

@testable import CalibrantHarness

@Suite struct HolmTests {
  @Test func equalsTheGolden() throws {
    struct Case: Decodable {
      var pValues: [Double]
      var adjusted: [Double]
    }
    struct Golden: Decodable { var holm: [Case] }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/several.json")
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    #expect(golden.holm.count > 5)
    for c in golden.holm {
      for (computed, expected) in zip(Holm.adjusted(c.pValues), c.adjusted) {
        #expect(abs(computed - expected) < 1e-12, "\(c)")
      }
    }
  }

  @Test func keepsOrderAndNeverShrinks() {
    #expect(Holm.adjusted([]) == [])
    #expect(Holm.adjusted([0.3]) == [0.3])
    #expect(Holm.adjusted([0.04, 0.01]) == [0.04, 0.02])
    #expect(Holm.adjusted([0.5, 0.9, 0.5]) == [1, 1, 1])
  }

  @Test func comparisonAdjustsEveryQuantizedArm() {
    let arms = SampleComparison.comparison.arms
    #expect(arms[0].adjustedP == nil)
    let p = arms.dropFirst().compactMap(\.pValue)
    #expect(arms.dropFirst().map(\.adjustedP) == Holm.adjusted(p).map { $0 })
  }
}

@Suite struct DropRatioTests {
  private func moments(_ cells: [[Int]]) -> DropRatio.Moments {
    var moments = DropRatio.Moments()
    for cell in cells { for _ in 0..<cell[2] { moments.add(cell[0], cell[1]) } }
    return moments
  }

  @Test func equalsTheGolden() throws {
    struct Case: Decodable {
      /// x, y, count.
      var cells: [[Int]]
      var ratio: Double?
      var interval: Interval?
    }
    struct Golden: Decodable { var ratio: [Case] }
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/several.json")
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    #expect(golden.ratio.contains { $0.ratio == nil } && golden.ratio.contains { $0.ratio != nil })
    for c in golden.ratio {
      let result = DropRatio(moments(c.cells))
      #expect((result == nil) == (c.ratio == nil), "\(c)")
      guard let result, let ratio = c.ratio, let interval = c.interval else { continue }
      #expect(abs(result.ratio / ratio - 1) < 1e-9)
      #expect(abs(result.interval.lower / interval.lower - 1) < 1e-9)
      #expect(abs(result.interval.upper / interval.upper - 1) < 1e-9)
    }
  }

  @Test func saysNothingWhereTheSmallerDropMayBeZero() {
    // 30 of 1,000 against 2 of 1,000, which luck can make of nothing.
    #expect(DropRatio(moments([[1, 0, 28], [1, 1, 2], [0, 0, 970]])) == nil)
    #expect(DropRatio(moments([[1, 0, 280], [1, 1, 20], [0, 0, 9700]])) != nil)
  }

  @Test func intervalCoversTheTruth() {
    // Drops of 8 and 3 points, most of the smaller one's broken images broken in the other arm too.
    var random = SplitMix64(seed: 5)
    var (covered, named) = (0, 0)
    for _ in 0..<400 {
      var moments = DropRatio.Moments()
      for _ in 0..<2000 {
        switch Double.random(in: 0..<1, using: &random) {
        case ..<0.03: moments.add(1, 1)
        case ..<0.09: moments.add(1, 0)
        case ..<0.10: moments.add(0, 1)
        case ..<0.11: moments.add(-1, -1)
        default: moments.add(0, 0)
        }
      }
      guard let ratio = DropRatio(moments) else { continue }
      named += 1
      if ratio.interval.lower <= 0.08 / 0.03 && 0.08 / 0.03 <= ratio.interval.upper { covered += 1 }
    }
    #expect(named > 380)
    #expect((0.92...0.98).contains(Double(covered) / Double(named)), "\(covered) of \(named)")
  }
}
