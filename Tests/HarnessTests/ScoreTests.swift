import CalibrantLinearAlgebra
import Testing

@testable import CalibrantHarness

@Suite struct ScoreTests {
  static func scores(_ rows: [Float]...) -> Scores {
    Scores(values: rows.flatMap { $0 }, classes: rows[0].count, seconds: 0)
  }

  @Test func tiesGoToTheLowerClass() {
    let scores = Self.scores([1, 3, 3, 2], [5, 5, 5, 5])
    #expect(scores.count == 2)
    #expect(scores.top(3, of: 0).classes == [1, 2, 3])
    #expect(scores.top(2, of: 1).classes == [0, 1])
    #expect(scores.top(9, of: 1).classes == [0, 1, 2, 3])
    #expect(scores.top(1, of: 0).margin == 0)
  }

  @Test func theMarginIsTheLeadOfTheFirst() {
    #expect(Self.scores([0.5, -1, 2.25]).top(1, of: 0).margin == 1.75)
    #expect(Self.scores([4]).top(5, of: 0).classes == [0])
    #expect(Self.scores([4]).top(5, of: 0).margin == 0)
  }

  /// Few values, so that many are equal.
  @Test func rankingIsAStableSort() {
    var random = SplitMix64(seed: 3)
    for count in [1, 2, 4, 5, 6, 50] {
      for limit in 1...7 {
        let row = (0..<count).map { _ in Float(Int.random(in: -4...4, using: &random)) }
        let sorted = row.indices.sorted { row[$0] == row[$1] ? $0 < $1 : row[$0] > row[$1] }
        let ranking = Ranking(row, limit: limit)
        #expect(ranking.classes == Array(sorted.prefix(limit)))
        #expect(ranking.margin == (count > 1 ? row[sorted[0]] - row[sorted[1]] : 0))
      }
    }
  }

  /// No order means anything among NaN, +∞ or nothing but −∞; classes that are masked with −∞ come last.
  @Test func scoresThatAreNotFiniteRankNothing() {
    for scores in [[1, .nan, 2], [.nan, .nan], [1, .infinity], [-.infinity, -.infinity]]
      as [[Float]]
    {
      #expect(Ranking(scores, limit: 5).isEmpty)
    }
    let masked = Ranking([1, -.infinity, 2, -.infinity], limit: 5)
    #expect(masked.classes == [2, 0, 1, 3] && masked.margin == 1)
    #expect(Ranking([-.infinity, 3], limit: 1).margin.isFinite)
  }

  @Test func infinitiesThatAgreeAreNoError() throws {
    let distance = ScoreDistance(
      original: Self.scores([3, 4, -.infinity]), other: Self.scores([3.5, 4, -.infinity]))
    #expect(abs(try #require(distance.sqnr) - 20) < 1e-12)
    #expect(distance.divergence.isFinite)
  }

  @Test func signalToNoise() throws {
    // Signal 9 + 16 = 25, noise 0.25: 10 log₁₀ 100.
    let distance = ScoreDistance(original: Self.scores([3, 4]), other: Self.scores([3.5, 4]))
    #expect(abs(try #require(distance.sqnr) - 20) < 1e-12)
  }

  @Test func equalScores() {
    let scores = Self.scores([1, 2, 3], [0, 0, 9])
    let distance = ScoreDistance(original: scores, other: scores)
    #expect(distance.sqnr == nil)
    #expect(distance.divergence == 0)
  }

  @Test func divergenceOfLogits() {
    // Logits (ln 3, 0) + 5 are the distribution (3/4, 1/4), equal logits (1/2, 1/2):
    // KL = 3/4 ln(3/2) + 1/4 ln(1/2) = 0.13081203594113694.
    let log3: Float = 1.0986123
    let distance = ScoreDistance(original: Self.scores([5 + log3, 5]), other: Self.scores([7, 7]))
    #expect(abs(distance.divergence - 0.13081203594113694) < 1e-6)
  }

  @Test func divergenceOfProbabilities() {
    let distance = ScoreDistance(
      original: Self.scores([0.75, 0.25], [0.5, 0.5]),
      other: Self.scores([0.5, 0.5], [0.5, 0.5]))
    #expect(abs(distance.divergence - 0.13081203594113694 / 2) < 1e-12)
  }

  @Test func aClassOfNoProbabilityAddsNothing() {
    // KL((0, 1) ‖ (1/2, 1/2)) = ln 2.
    let distance = ScoreDistance(original: Self.scores([0, 1]), other: Self.scores([0.5, 0.5]))
    #expect(abs(distance.divergence - 0.6931471805599453) < 1e-12)
  }
}
