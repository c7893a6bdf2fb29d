import Foundation
import Testing

@testable import CalibrantHarness

@Suite struct LabelLossTests {
  private let rows: [Float] = [3, 1, 0, 0.5, 2, 1, 1, 0, 0.2, 0, 0.1, 4]
  private let labels = [0, 1, 2, 2]

  private func losses(_ values: [Float], classes: Int = 3, labels: [Int]? = nil) -> [Double] {
    LabelLoss.perImage(
      Scores(values: values, classes: classes, seconds: 0), labels: labels ?? self.labels)
  }

  private func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// The definition, at one temperature.
  private func plain(_ sharpness: Double) -> Double {
    mean(
      labels.indices.map { index in
        let row = rows[3 * index..<3 * index + 3].map { sharpness * Double($0) }
        return log(row.reduce(0) { $0 + exp($1) }) - row[labels[index]]
      })
  }

  @Test func noTemperatureDoesBetter() {
    let found = mean(losses(rows))
    let grid = stride(from: 0.01, through: 20, by: 0.01).map(plain)
    #expect(found <= (grid.min() ?? 0) + 1e-5)
    #expect(abs(found - (grid.min() ?? 0)) < 1e-4)
  }

  @Test func scaleAndShiftOfScoresDoNotMatter() {
    let other = losses(rows.map { 7 * $0 - 3 })
    for (a, b) in zip(losses(rows), other) { #expect(abs(a - b) < 1e-3) }
  }

  @Test func probabilitiesCountAsTheirLogarithms() {
    let probabilities = (0..<4).flatMap { index in
      let row = rows[3 * index..<3 * index + 3].map { exp($0) }
      return row.map { $0 / row.reduce(0, +) }
    }
    for (a, b) in zip(losses(rows), losses(probabilities)) { #expect(abs(a - b) < 1e-3) }
  }

  @Test func whatHasNoScoreCountsAsAGuess() {
    let values = losses(rows, labels: [0, 1, 3, -1])
    #expect(values[2] == log(3.0) && values[3] == log(3.0))
    #expect(losses([.nan, 1, 2] + rows.dropFirst(3))[0] == log(3.0))
  }
}
