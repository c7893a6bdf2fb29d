/// Rows of integer codes with a scale each, in the visiting order of their problem.
struct RowCodes: Sendable {
  let columns: Int
  /// q − z, rows × columns; integers.
  var codes: [Double]
  /// One per row.
  var scales: [Double]
  /// The lowest code of each row; the highest lies `CodeWindow.span` above.
  var lowest: [Double]

  var rows: Int { scales.count }

  /// Σᵢ Hᵢᵢ (s·qᵢ − wᵢ)² of each row: its error if inputs were not correlated.
  func diagonalErrors(_ targets: RowTargets, _ problem: RoundingProblem) -> [Double] {
    let weights = (0..<columns).map(problem.diagonal)
    return (0..<rows).map { row in
      var error = 0.0
      for column in 0..<columns {
        let i = row * columns + column
        let difference = scales[row] * codes[i] - targets.weights[i]
        error += weights[column] * difference * difference
      }
      return error
    }
  }

  /// Takes the rows of `other` whose error is smaller.
  mutating func takeBetter(
    _ other: RowCodes, _ otherErrors: [Double], over errors: inout [Double]
  ) {
    for row in 0..<rows where otherErrors[row] < errors[row] {
      errors[row] = otherErrors[row]
      scales[row] = other.scales[row]
      lowest[row] = other.lowest[row]
      for i in row * columns..<(row + 1) * columns { codes[i] = other.codes[i] }
    }
  }
}

/// Which codes a row may use, once its scale is known.
struct CodeWindow: Sendable {
  let grid: QuantizationGrid

  /// Codes between the lowest and the highest of a row.
  var span: Double { Double(grid.codes.count - 1) }

  /// The scale that just covers a row's weights.
  func coveringScale(_ row: ArraySlice<Double>) -> Double {
    let (low, high) = extremes(row)
    let scale =
      grid.isSymmetric
      ? max(-low, high) / Double(grid.codes.upperBound) : (high - low) / span
    return scale > 0 ? scale : 1e-12
  }

  /// The lowest code of q − z: fixed on symmetric grids; else the window in the middle of the row, which
  /// always holds zero.
  func lowest(_ row: ArraySlice<Double>, scale: Double) -> Double {
    guard !grid.isSymmetric else { return Double(grid.codes.lowerBound) }
    let (low, high) = extremes(row)
    let middle = (low + high) / (2 * scale)
    return min(max(roundedHalfEven(middle - span / 2), -span), 0)
  }

  private func extremes(_ row: ArraySlice<Double>) -> (Double, Double) {
    (min(row.min() ?? 0, 0), max(row.max() ?? 0, 0))
  }
}

extension RowCodes {
  /// Every weight at its nearest code.
  ///
  /// - Parameter lowest: of all rows; nil where each has its own.
  init(
    nearestTo targets: RowTargets, scales: [Double], window: CodeWindow, lowest: Double?
  ) {
    let (target, columns) = (targets.weights, targets.columns)
    self.init(columns: columns, codes: target, scales: scales, lowest: scales)
    let shared = lowest
    for row in 0..<scales.count {
      let range = row * columns..<(row + 1) * columns
      let low = shared ?? window.lowest(target[range], scale: scales[row])
      let inverse = 1 / scales[row]
      self.lowest[row] = low
      let high = low + window.span
      for i in range { codes[i] = min(max(roundedHalfEven(target[i] * inverse), low), high) }
    }
  }
}
