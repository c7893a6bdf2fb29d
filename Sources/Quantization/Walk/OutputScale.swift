import Foundation
import CalibrantLinearAlgebra

/// What an output's errors are held against.
struct OutputScale: Sendable {
  /// Those that vary: parts whose values differ much in size, or all of the output.
  private var parts: [Part] = []
  /// The variance as probabilities weigh it; 0 where the output is no class scores.
  private var weighted = 0.0

  private struct Part {
    /// nil for all of an output.
    let places: [Range<Int>]?
    var variance = 0.0

    /// Σ v² of its places.
    func squares(_ values: [Double]) -> Double {
      (places ?? [values.indices]).reduce(0) { sum, range in
        values[range].reduce(sum) { $0 + $1 * $1 }
      }
    }
  }

  /// Whether there is anything to hold errors against.
  var varies: Bool { !parts.isEmpty }

  /// - Parameters:
  ///   - rows: of all samples, as the float network computes them.
  ///   - shape: of every row; nil where they differ.
  init(_ rows: [ArraySlice<Float>], shape: [Int]?, areClassScores: Bool) {
    let width = rows.first?.count ?? 0
    guard width > 0 else { return }
    if rows.allSatisfy({ $0.count == width }) {
      parts = areClassScores ? [Part(places: nil)] : Self.parts(rows, shape)
      addDeviations(of: rows, width, areClassScores: areClassScores)
    } else {
      parts = [Part(places: nil, variance: Self.variance(ofDifferentLengths: rows))]
    }
    parts.removeAll { !($0.variance > 0) }
  }

  private mutating func addDeviations(
    of rows: [ArraySlice<Float>], _ width: Int, areClassScores: Bool
  ) {
    var means = [Double](repeating: 0, count: width)
    for row in rows { for (i, y) in row.enumerated() { means[i] += Double(y) } }
    let count = Double(rows.count)
    for row in rows {
      let deviations = zip(row, means).map { Double($0) - $1 / count }
      for part in parts.indices { parts[part].variance += parts[part].squares(deviations) / count }
      if areClassScores { weighted += row.probabilities.variance(of: deviations) / count }
    }
  }

  private static func parts(_ rows: [ArraySlice<Float>], _ shape: [Int]?) -> [Part] {
    guard let shape else { return [Part(places: nil)] }
    var maxima = AxisMaxima(shape: shape)
    for row in rows { maxima.add(row) }
    let parts = OutputParts.find(in: maxima)
    return parts.map { Part(places: parts.count == 1 ? nil : $0.blocks(of: shape)) }
  }

  /// Outputs of different lengths, as of lines of text, have no means of their own: about the mean of all values.
  private static func variance(ofDifferentLengths rows: [ArraySlice<Float>]) -> Double {
    let values = rows.joined().lazy.map(Double.init)
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows.count)
  }

  /// - Parameter errors: of the values `y`.
  func loss(_ y: ArraySlice<Float>, errors: [Double]) -> Double {
    let plain = parts.reduce(0) { $0 + $1.squares(errors) / $1.variance }
    guard weighted > 0 else { return plain }
    return (plain + y.probabilities.variance(of: errors) / weighted) / 2
  }
}

extension ArraySlice<Float> {
  /// Their softmax.
  fileprivate var probabilities: [Double] {
    let highest = Double(self.max() ?? 0)
    let powers = map { exp(Double($0) - highest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

extension [Double] {
  /// Σ p e² − (Σ p e)², of probabilities p.
  fileprivate func variance(of values: [Double]) -> Double {
    let mean = zip(self, values).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(self, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
  }
}
