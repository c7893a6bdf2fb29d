import CalibrantLinearAlgebra

/// Rounds column after column and spreads each error over the columns still to come (Frantar et al. 2022,
/// arXiv:2210.17323, in the form with one Cholesky factor for all rows).
enum GPTQ {
  /// Columns whose errors are spread together over the rest.
  private static let block = 64

  /// - Parameters:
  ///   - rows: their scales and lowest codes are kept; their codes are overwritten.
  ///   - bounds: of pairs of codes; nil where there are none.
  ///   - feedback: U, upper triangular, H⁻¹ = UᵀU.
  static func round(
    _ rows: inout RowCodes, to target: [Double], feedback: [Double], span: Double,
    bounds: PairBounds? = nil
  ) {
    let columns = rows.columns
    var rest = target
    var errors = [Double](repeating: 0, count: rows.rows * block)
    for start in stride(from: 0, to: columns, by: block) {
      let end = min(start + block, columns)
      roundBlock(start..<end, &rows, &rest, &errors, feedback, span, bounds)
      guard end < columns else { break }
      rest.withUnsafeMutableBufferPointer { rest in
        feedback.withUnsafeBufferPointer { feedback in
          gemm(
            m: rows.rows, n: columns - end, k: end - start, alpha: -1,
            DoubleMatrixOperand(errors, stride: block),
            DoubleMatrixOperand(feedback.baseAddress! + start * columns + end, stride: columns),
            beta: 1, into: rest.baseAddress! + end, stride: columns)
        }
      }
    }
  }

  private static func roundBlock(
    _ block: Range<Int>, _ rows: inout RowCodes, _ rest: inout [Double], _ errors: inout [Double],
    _ feedback: [Double], _ span: Double, _ bounds: PairBounds?
  ) {
    let columns = rows.columns
    for row in 0..<rows.rows {
      let scale = rows.scales[row]
      rest.withUnsafeMutableBufferPointer { rest in
        feedback.withUnsafeBufferPointer { feedback in
          let weights = rest.baseAddress! + row * columns
          for column in block {
            let factors = feedback.baseAddress! + column * columns
            let place = rows.place(row, column)
            let (step, low) = (scale * rows.shares[place], rows.lowest[place])
            var code = min(max(roundedHalfEven(weights[column] / step), low), low + span)
            if let partner = bounds?.partners[column] {
              if partner < column {
                let limits = PairBounds.limits(beside: rows.codes[row * columns + partner])
                code = min(max(code, limits.low), limits.high)
              } else {
                let later = min(max(roundedHalfEven(weights[partner] / step), low), low + span)
                code = PairBounds.fitted(code, later).0
              }
            }
            let error = (weights[column] - code * step) / factors[column]
            for later in column + 1..<block.upperBound { weights[later] -= error * factors[later] }
            errors[row * Self.block + column - block.lowerBound] = error
            rows.codes[row * columns + column] = code
          }
        }
      }
    }
  }
}
