/// Rows of integer codes, in the visiting order of their problem, with the scales of their sets of columns.
struct RowCodes: Sendable {
  let columns: Int
  let sets: ColumnSets
  /// q − z, rows × columns; integers.
  var codes: [Double]
  /// One per row.
  var scales: [Double]
  /// Rows × sets: a set's scale in units of its row's.
  var shares: [Double]
  /// Rows × sets: the lowest code; the highest lies `CodeWindow.span` above.
  var lowest: [Double]

  var rows: Int { scales.count }

  /// Where `shares` and `lowest` hold what belongs to a code.
  @inline(__always)
  func place(_ row: Int, _ column: Int) -> Int { row * sets.count + sets.ofColumn[column] }

  /// Codes in units of their row's scale.
  var relative: [Double] {
    codes.indices.map { codes[$0] * shares[place($0 / columns, $0 % columns)] }
  }

  /// Σᵢ Hᵢᵢ (s·qᵢ − wᵢ)² of each row: its error if inputs were not correlated.
  func diagonalErrors(_ targets: RowTargets, _ problem: RoundingProblem) -> [Double] {
    let weights = (0..<columns).map(problem.diagonal)
    return (0..<rows).map { row in
      var error = 0.0
      for column in 0..<columns {
        let i = row * columns + column
        let step = scales[row] * shares[place(row, column)]
        let difference = step * codes[i] - targets.weights[i]
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
      for i in row * sets.count..<(row + 1) * sets.count {
        (shares[i], lowest[i]) = (other.shares[i], other.lowest[i])
      }
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
  /// - Parameters:
  ///   - shares: of the sets of all rows; nil where a row has one set.
  ///   - lowest: of all rows; nil where each set has its own.
  init(
    nearestTo targets: RowTargets, scales: [Double], shares: [Double]? = nil, window: CodeWindow,
    lowest: Double?
  ) {
    let (target, columns, sets) = (targets.weights, targets.columns, targets.sets)
    let shares = shares ?? [Double](repeating: 1, count: scales.count)
    precondition(shares.count == scales.count * sets.count, "Every set has its share.")
    self.init(
      columns: columns, sets: sets, codes: target, scales: scales, shares: shares, lowest: shares)
    for row in 0..<scales.count {
      for set in 0..<sets.count {
        let step = scales[row] * shares[row * sets.count + set]
        let low =
          lowest ?? window.lowest(sets.values(targets.row(row), of: set), scale: step)
        self.lowest[row * sets.count + set] = low
        let (inverse, high, start) = (1 / step, low + window.span, row * columns)
        for column in sets.columns[set] {
          let code = roundedHalfEven(target[start + column] * inverse)
          codes[start + column] = min(max(code, low), high)
        }
      }
    }
  }
}
