import Foundation
import CalibrantLinearAlgebra
import Testing

@testable import CalibrantHarness

/// Binomial numbers by inverting the cumulative distribution.
private struct BinomialDraw {
  private var cumulative: [Double] = []

  init(_ n: Int, _ p: Double) {
    var log = Double(n) * log1p(-p)
    var sum = 0.0
    for k in 0...n {
      sum += exp(log)
      cumulative.append(sum)
      log += Foundation.log(Double(n - k) / Double(k + 1) * p / (1 - p))
    }
  }

  func draw(_ random: inout SplitMix64) -> Int {
    let u = Double.random(in: 0..<1, using: &random)
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] < u { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

@Suite struct CoverageTests {
  /// How often the 95 % interval holds the true drop, at an accuracy of 80 %.
  private func coverage(images: Int, discordance: Double, skew: Double, runs: Int) -> Double {
    var random = SplitMix64(seed: UInt64(images) &+ UInt64(discordance * 1000))
    let discordant = BinomialDraw(images, discordance)
    let broken = discordance * (1 + skew) / 2
    let truth = 2 * broken - discordance
    var splits: [Int: (BinomialDraw, BinomialDraw)] = [:]
    let covered = (0..<runs).count { _ in
      let d = discordant.draw(&random)
      let (brokenOf, rightOf) =
        splits[d]
        ?? (
          BinomialDraw(d, broken / discordance),
          BinomialDraw(images - d, (0.8 - broken) / (1 - discordance))
        )
      splits[d] = (brokenOf, rightOf)
      let b = brokenOf.draw(&random)
      let right = rightOf.draw(&random)
      let interval = Newcombe.interval(
        PairedCounts(bothRight: right, broken: b, fixed: d - b, bothWrong: images - d - right))
      return interval.lower <= truth && truth <= interval.upper
    }
    return Double(covered) / Double(runs)
  }

  @Test(arguments: [200, 1000, 5000], [0.01, 0.05, 0.2])
  func intervalsCoverWhatTheyPromise(images: Int, discordance: Double) {
    for skew in [0.0, 0.5] {
      let share = coverage(images: images, discordance: discordance, skew: skew, runs: 4000)
      // Three standard errors of 4,000 runs are one point.
      #expect(share > 0.94 - 0.005, "\(share)")
      // With few images that differ, the method covers more than it promises, never less.
      if Double(images) * discordance >= 20 { #expect(share < 0.965 + 0.005, "\(share)") }
    }
  }
}
