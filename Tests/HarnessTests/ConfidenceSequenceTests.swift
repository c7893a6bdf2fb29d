import Foundation
import CalibrantLinearAlgebra
import Testing

@testable import CalibrantHarness

/// Images drawn one by one: broken with probability `broken`, fixed with `fixed`, else unchanged.
private struct ImageStream {
  var broken: Double
  var fixed: Double
  private var random: SplitMix64

  init(broken: Double, fixed: Double, seed: UInt64) {
    self.broken = broken
    self.fixed = fixed
    random = SplitMix64(seed: seed)
  }

  mutating func draw(_ count: Int, into counts: inout PairedCounts) {
    for _ in 0..<count {
      let u = Double.random(in: 0..<1, using: &random)
      counts.add(before: u >= broken + fixed || u < broken, after: u >= broken)
    }
  }
}

@Suite struct ConfidenceSequenceTests {
  private static let nothing = PairedCounts(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)

  /// The share of `runs` in which any of 80 looks at 25, 50 … 2,000 images gives `verdict`.
  private func share(
    of verdict: Verdict, sampling: Sampling, runs: Int, broken: Double, fixed: Double,
    maxDrop: Double
  ) -> Double {
    let hits = (0..<runs).count { run in
      var stream = ImageStream(broken: broken, fixed: fixed, seed: UInt64(run) &* 7919)
      var counts = Self.nothing
      return (0..<80).contains { _ in
        stream.draw(25, into: &counts)
        return reaches(verdict, counts, maxDrop, sampling)
      }
    }
    return Double(hits) / Double(runs)
  }

  /// For a confidence sequence the wealth itself is asked, which is what its ends are found by; halving
  /// to them at every look would take minutes.
  private func reaches(
    _ verdict: Verdict, _ counts: PairedCounts, _ maxDrop: Double, _ sampling: Sampling
  ) -> Bool {
    guard sampling == .sequential else {
      let interval = sampling.oneSidedInterval(Newcombe.Cells(counts))
      return verdict == .pass ? interval.upper < maxDrop : interval.lower > maxDrop
    }
    let mirrored = PairedCounts(
      bothRight: counts.bothRight, broken: counts.fixed, fixed: counts.broken,
      bothWrong: counts.bothWrong)
    return ConfidenceSequence.refutes(
      dropOfAtLeast: verdict == .pass ? maxDrop : -maxDrop,
      Newcombe.Cells(verdict == .pass ? counts : mirrored), error: 0.05)
  }

  @Test func endsAreWhereTheDropIsJustRefuted() {
    let counts = PairedCounts(bothRight: 700, broken: 31, fixed: 9, bothWrong: 260)
    let cells = Newcombe.Cells(counts)
    let upper = Sampling.sequential.oneSidedInterval(cells).upper
    #expect(ConfidenceSequence.refutes(dropOfAtLeast: upper + 1e-9, cells, error: 0.05))
    #expect(!ConfidenceSequence.refutes(dropOfAtLeast: upper - 1e-9, cells, error: 0.05))
  }

  @Test(arguments: [(0.02, 0.0), (0.05, 0.03), (0.03, 0.01)])
  func errsAtMostOnceInTwentyAtTheMargin(broken: Double, fixed: Double) {
    // The true drop is the margin, where a pass and a fail are both as likely as they can wrongly be.
    for verdict in [Verdict.pass, .fail] {
      let wrong = share(
        of: verdict, sampling: .sequential, runs: 300, broken: broken, fixed: fixed,
        maxDrop: broken - fixed)
      #expect(wrong <= 0.05, "\(verdict) \(wrong)")
    }
  }

  @Test func looksThatAFixedSampleIntervalWouldNotSurvive() {
    // The same looks by Newcombe's interval err far more often, so the test above can fail.
    let wrong = share(
      of: .pass, sampling: .fixed, runs: 300, broken: 0.05, fixed: 0.03, maxDrop: 0.02)
    #expect(wrong > 0.1, "\(wrong)")
  }

  @Test func settlesWhatIsClear() {
    let passes = share(
      of: .pass, sampling: .sequential, runs: 100, broken: 0.01, fixed: 0.01, maxDrop: 0.03)
    let fails = share(
      of: .fail, sampling: .sequential, runs: 100, broken: 0.1, fixed: 0.01, maxDrop: 0.03)
    #expect(passes > 0.9 && fails > 0.9, "\(passes) \(fails)")
  }

  @Test func holdsTheDropAndNarrows() {
    var last = 2.0
    for factor in [1, 4, 16, 64] {
      let counts = PairedCounts(
        bothRight: 80 * factor, broken: 4 * factor, fixed: 2 * factor, bothWrong: 14 * factor)
      let interval = ConfidenceSequence.interval(counts)
      #expect(interval.lower < counts.drop && counts.drop < interval.upper)
      #expect(interval.upper - interval.lower < last)
      // Being valid at every look costs width.
      let fixed = Newcombe.interval(counts)
      #expect(interval.lower < fixed.lower && interval.upper > fixed.upper)
      last = interval.upper - interval.lower
    }
  }

  @Test func endsAreMirrored() {
    let counts = PairedCounts(bothRight: 500, broken: 30, fixed: 12, bothWrong: 100)
    let mirrored = PairedCounts(bothRight: 500, broken: 12, fixed: 30, bothWrong: 100)
    let (one, other) = (
      ConfidenceSequence.interval(counts), ConfidenceSequence.interval(mirrored)
    )
    #expect(one.lower == -other.upper && one.upper == -other.lower)
  }

  @Test func nothingSeenRefutesNothing() {
    let interval = ConfidenceSequence.interval(Self.nothing)
    #expect(interval.lower < -0.999 && interval.upper > 0.999)
    #expect(ConfidenceSequence.pValue(Self.nothing) == 1)
  }

  @Test func countsOfOneKindReachTheEnds() {
    let allBroken = PairedCounts(bothRight: 0, broken: 1000, fixed: 0, bothWrong: 0)
    let interval = ConfidenceSequence.interval(allBroken)
    #expect(interval.lower > 0.9 && interval.upper <= 1)
    #expect(ConfidenceSequence.pValue(allBroken) < 1e-12)
  }
}
