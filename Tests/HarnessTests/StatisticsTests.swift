import Foundation
import CalibrantHarness
import Testing

/// Values of SciPy and of an independent Newcombe, by make_statistics_golden.py.
private struct Golden: Decodable {
  struct WilsonCase: Decodable {
    var successes: Int
    var count: Int
    var confidence: Double
    var interval: Interval
  }
  struct McNemarCase: Decodable {
    var broken: Int
    var fixed: Int
    var pValue: Double
    var midP: Double
  }
  struct NewcombeCase: Decodable {
    var cells: [Int]
    var confidence: Double
    var interval: Interval
  }
  struct NormalCase: Decodable {
    var probability: Double
    var quantile: Double
  }

  var wilson: [WilsonCase]
  var mcnemar: [McNemarCase]
  var newcombe: [NewcombeCase]
  var normal: [NormalCase]

  static func load() throws -> Golden {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/statistics.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }
}

private func isClose(_ x: Double, _ y: Double) -> Bool { abs(x - y) <= 1e-9 }

private func isClose(_ x: Interval, _ y: Interval) -> Bool {
  isClose(x.lower, y.lower) && isClose(x.upper, y.upper)
}

@Suite struct StatisticsTests {
  @Test func wilsonEqualsTheGrid() throws {
    let cases = try Golden.load().wilson
    #expect(cases.count > 100)
    for c in cases {
      let interval = Wilson.interval(
        successes: c.successes, count: c.count, confidence: c.confidence)
      #expect(isClose(interval, c.interval), "\(c)")
    }
  }

  @Test func wilsonBoundsAreExactAtTheEnds() {
    #expect(Wilson.interval(successes: 0, count: 7).lower == 0)
    #expect(Wilson.interval(successes: 7, count: 7).upper == 1)
    #expect(Wilson.interval(successes: 0, count: 0) == Interval(0, 1))
  }

  @Test func mcNemarEqualsTheGrid() throws {
    let cases = try Golden.load().mcnemar
    #expect(cases.count > 10)
    for c in cases {
      let test = McNemar(broken: c.broken, fixed: c.fixed)
      #expect(isClose(test.pValue, c.pValue) && isClose(test.midP, c.midP), "\(c)")
      #expect(test == McNemar(broken: c.fixed, fixed: c.broken))
    }
  }

  @Test func mcNemarKeepsItsDigitsFarOut() {
    // 2 · 2⁻¹⁰⁰⁰, which an absolute tolerance would not see.
    let test = McNemar(broken: 1000, fixed: 0)
    #expect(abs(test.pValue / (2 * 0x1p-1000) - 1) < 1e-11)
  }

  @Test func newcombeEqualsTheGrid() throws {
    let cases = try Golden.load().newcombe
    #expect(cases.count > 40)
    for c in cases {
      let counts = PairedCounts(
        bothRight: c.cells[0], broken: c.cells[1], fixed: c.cells[2], bothWrong: c.cells[3])
      let interval = Newcombe.interval(counts, confidence: c.confidence)
      #expect(isClose(interval, c.interval), "\(c)")
      #expect(interval.lower <= counts.drop && counts.drop <= interval.upper)
    }
  }

  @Test func newcombeOfNoImagesSaysNothing() {
    let none = PairedCounts(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
    #expect(Newcombe.interval(none) == Interval(-1, 1))
    #expect(Judgement(none, maxDrop: 0.01).verdict == .inconclusive)
    #expect(Judgement(none, maxDrop: 0.01).imagesNeeded == nil)
  }

  @Test func normalQuantilesEqualTheGrid() throws {
    for c in try Golden.load().normal {
      #expect(isClose(Normal.quantile(c.probability), c.quantile), "\(c)")
      #expect(abs(Normal.cumulative(c.quantile) / c.probability - 1) < 1e-9, "\(c)")
    }
  }
}

@Suite struct VerdictTests {
  private func counts(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> PairedCounts {
    PairedCounts(bothRight: a, broken: b, fixed: c, bothWrong: d)
  }

  @Test func followsTheOneSidedInterval() {
    for maxDrop in [0.0, 0.005, 0.01, 0.02, 0.05, 0.1] {
      for table in [counts(900, 20, 10, 70), counts(90, 3, 0, 7), counts(9000, 80, 80, 840)] {
        let interval = Newcombe.interval(table, confidence: 0.9)
        let expected: Verdict =
          interval.upper < maxDrop ? .pass : interval.lower > maxDrop ? .fail : .inconclusive
        #expect(Judgement(table, maxDrop: maxDrop).verdict == expected)
      }
    }
  }

  @Test func passesFailsAndAdmitsDoubt() {
    #expect(Judgement(counts(9200, 20, 20, 760), maxDrop: 0.01).verdict == .pass)
    #expect(Judgement(counts(8000, 1000, 100, 900), maxDrop: 0.01).verdict == .fail)
    #expect(Judgement(counts(92, 1, 1, 6), maxDrop: 0.01).verdict == .inconclusive)
  }

  @Test func imagesNeededSettleItAndFewerDoNot() throws {
    let table = counts(184, 4, 3, 9)
    let needed = try #require(Judgement(table, maxDrop: 0.01).imagesNeeded)
    #expect(needed > 200)
    // Multiples of the table have exactly its rates.
    let above = needed / 200 + 1
    let below = (needed - 1) / 200
    func scaled(_ k: Int) -> PairedCounts { counts(184 * k, 4 * k, 3 * k, 9 * k) }
    #expect(Judgement(scaled(above), maxDrop: 0.01).verdict != .inconclusive)
    #expect(Judgement(scaled(below), maxDrop: 0.01).verdict == .inconclusive)
  }

  @Test func noNumberOfImagesSettlesADropAtTheMargin() {
    #expect(Judgement(counts(180, 4, 0, 16), maxDrop: 0.02).imagesNeeded == nil)
  }
}
