import LinearAlgebra

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

  /// (s·q − w) H (s·q − w)ᵀ of each row.
  func errors(_ target: [Double], _ hessian: [Double]) -> [Double] {
    let difference = difference(from: target)
    let product = multiplied(difference, by: hessian, columns: columns)
    return (0..<rows).map { row in
      (row * columns..<(row + 1) * columns).reduce(0) { $0 + difference[$1] * product[$1] }
    }
  }

  /// s·q − w, rows × columns.
  func difference(from target: [Double]) -> [Double] {
    var result = codes
    for row in 0..<rows {
      for i in row * columns..<(row + 1) * columns {
        result[i] = codes[i] * scales[row] - target[i]
      }
    }
    return result
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

  /// Gives each row the best scale for its codes, s = (q H wᵀ) / (q H qᵀ).
  ///
  /// Clipping shrinks ⟨w, ŵ⟩, which compounds over depth; this takes it back.
  mutating func refitScales(_ target: [Double], _ hessian: [Double]) {
    let product = multiplied(codes, by: hessian, columns: columns)
    for row in 0..<rows {
      var (along, norm) = (0.0, 0.0)
      for i in row * columns..<(row + 1) * columns {
        along += product[i] * target[i]
        norm += product[i] * codes[i]
      }
      if along > 0 && norm > 0 { scales[row] = along / norm }
    }
  }
}

/// A · B for A of any number of rows and a square B.
func multiplied(_ a: [Double], by b: [Double], columns: Int) -> [Double] {
  var result = [Double](repeating: 0, count: a.count)
  gemm(
    m: a.count / columns, n: columns, k: columns, DoubleMatrixOperand(a, stride: columns),
    DoubleMatrixOperand(b, stride: columns), into: &result, stride: columns)
  return result
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
    nearestTo target: [Double], columns: Int, scales: [Double], window: CodeWindow, lowest: Double?
  ) {
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
