import COpenBLAS

/// A symmetric positive definite matrix A = L·Lᵀ, L lower triangular, double precision.
public struct Cholesky {
  public let order: Int
  /// Row-major, order × order; L in the lower triangle, what lies above is of no meaning.
  public private(set) var factor: [Double]

  /// - Parameter matrix: row-major, order × order; only the lower triangle is read.
  /// - Returns: nil where the matrix is not positive definite.
  public init?(_ matrix: consuming [Double], order: Int) {
    precondition(matrix.count == order * order, "A square matrix has order² elements.")
    self.order = order
    factor = matrix
    guard order > 0 else { return }
    // What is the lower triangle by rows is the upper one by columns, as LAPACK sees it.
    var (n, info) = (blasint(order), blasint(0))
    BLASMemory.with { dpotrf_("U", &n, &factor, &n, &info) }
    // NaN passes LAPACK's own test.
    guard info == 0, (0..<order).allSatisfy({ factor[$0 * order + $0] > 0 }) else { return nil }
  }

  /// Solves x·A = b in place for each row x of `rows` (count × order, row-major).
  public func solve(_ rows: inout [Double]) {
    guard order > 0, !rows.isEmpty else { return }
    precondition(rows.count.isMultiple(of: order), "Every right-hand side has `order` elements.")
    var (n, count, info) = (blasint(order), blasint(rows.count / order), blasint(0))
    BLASMemory.with { dpotrs_("U", &n, &count, factor, &n, &rows, &n, &info) }
    precondition(info == 0, "dpotrs takes every factor that dpotrf made.")
  }

  /// L⁻¹, lower triangular, row-major, zeros above the diagonal.
  public consuming func inverseFactor() -> [Double] {
    var inverse: [Double] = []
    swap(&inverse, &factor)
    guard order > 0 else { return inverse }
    var (n, info) = (blasint(order), blasint(0))
    BLASMemory.with { dtrtri_("U", "N", &n, &inverse, &n, &info) }
    precondition(info == 0, "A Cholesky factor has no zero on its diagonal.")
    for row in 0..<order {
      for column in row + 1..<order { inverse[row * order + column] = 0 }
    }
    return inverse
  }
}
