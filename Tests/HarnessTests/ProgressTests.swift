import Testing

@testable import CalibrantHarness

@Suite struct ProgressTests {
  private let line = ProgressLine(
    title: "arm 5 of 21, w8a8 activation-based auto", share: 0.5, counts: "250/500  90/s",
    time: "3 s left, 3 min for all")

  @Test func gives() {
    #expect(
      line.bar(columns: 120)
        == "arm 5 of 21, w8a8 activation-based auto \(bar(12, 12)) 250/500  90/s  3 s left, 3 min for all"
    )
    #expect(
      line.bar(columns: 90)
        == "arm 5 of 21, w8a8 activation-based auto \(bar(5, 5)) 250/500  90/s  3 s left, 3 min for all"
    )
    #expect(
      line.bar(columns: 80)
        == "arm 5 of 21, w8a8 activation-based auto 250/500  90/s  3 s left, 3 min for all")
    #expect(
      line.bar(columns: 70)
        == "arm 5 of 21, w8a8 activation-… 250/500  90/s  3 s left, 3 min for all")
    #expect(line.bar(columns: 40) == "arm 5 of 21, w… 3 s left, 3 min for all")
    #expect(
      line.plain
        == "arm 5 of 21, w8a8 activation-based auto: 250/500  90/s  3 s left, 3 min for all")
  }

  private func bar(_ full: Int, _ empty: Int) -> String {
    String(repeating: "█", count: full) + String(repeating: "·", count: empty)
  }

  /// A line that a terminal wraps cannot be written over.
  @Test func fitsAnyTerminal() {
    for columns in 1...200 {
      #expect(line.bar(columns: columns).count <= max(1, columns - 1), "\(columns)")
    }
  }

  @Test(arguments: [
    (0.4, "0 s"), (12, "12 s"), (99.4, "99 s"), (100, "2 min"), (5_900, "98 min"),
    (5_971, "1.7 h"), (36_000, "10.0 h"),
  ])
  func duration(_ seconds: Double, _ text: String) {
    #expect(ProgressLine.duration(seconds) == text)
  }

  /// By hand: steps of 10 and 20 s, 6 s into the third with 6 left, which makes it one of 12: 6 s and twice the mean of 14 s
  /// are 34 s.
  @Test func timeLeftForAll() {
    var steps = ProgressSteps("arm", count: 5)
    #expect(steps.name == nil && steps.left(withinStep: 1) == nil)
    steps.advance()
    steps.finish(after: 10)
    steps.advance()
    steps.finish(after: 20)
    // One that was known already takes no time.
    steps.finish(after: 0.001)
    steps.advance()
    #expect(steps.name == "arm 3 of 5")
    #expect(steps.left(withinStep: 6, elapsed: 6) == "34 s for all")
    steps.advance()
    steps.advance()
    #expect(steps.name == "arm 5 of 5" && steps.left(withinStep: 6) == nil)
  }

  @Test func stepsEnd() {
    var names: [String?] = []
    ProgressSteps.run("arm", count: 2) { next in
      next()
      names.append(ProgressSteps.current?.name)
      ProgressSteps.run("part", count: 3) { next in
        next()
        names.append(ProgressSteps.current?.name)
      }
      next()
      names.append(ProgressSteps.current?.name)
    }
    #expect(names == ["arm 1 of 2", "part 1 of 3", "arm 2 of 2"])
    #expect(ProgressSteps.current == nil)
  }
}
