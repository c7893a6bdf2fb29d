import Testing

@testable import CalibrantQuantization

/// Two samples of an output of 2 x 3: boxes and, beside them, scores. Variances by hand: 20,000 and 0.14.
struct OutputScaleTests {
  private static let rows: [[Float]] = [
    [100, 200, 300, 0.5, 0, 1], [300, 200, 100, 0.1, 0.2, 0.4],
  ]
  private static let errors = [10, 0, 0, 0.1, 0, 0]

  private func loss(
    _ rows: [[Float]] = Self.rows, shape: [Int]?, areClassScores: Bool = false
  ) -> Double {
    OutputScale(rows.map { $0[...] }, shape: shape, areClassScores: areClassScores)
      .loss(rows[0][...], errors: Self.errors)
  }

  @Test func everyPartHasItsOwnVariance() {
    #expect(abs(loss(shape: [2, 3]) - (100 / 20_000.0 + 0.01 / 0.14)) < 1e-7)
  }

  @Test func whatIsOnePartHasOne() {
    #expect(abs(loss(shape: nil) - 100.01 / 20_000.14) < 1e-9)
    let alike = Self.rows.map { $0.map { min($0, 101) + 50 } }
    #expect(loss(alike, shape: [2, 3]) == loss(alike, shape: nil))
  }

  /// The score of a class says as much as another's, however small it is.
  @Test func classScoresAreOnePart() {
    #expect(
      loss(shape: [6], areClassScores: true) == loss(shape: nil, areClassScores: true))
  }

  @Test func aPartThatDoesNotVaryDoesNotCount() {
    let still = Self.rows.map { Array($0[..<3]) + [0.5, 0.2, 1] }
    #expect(loss(still, shape: [2, 3]) == 100 / 20_000.0)
    let constant = OutputScale(
      [still[0][...], still[0][...]], shape: [2, 3], areClassScores: false)
    #expect(!constant.varies)
  }
}
