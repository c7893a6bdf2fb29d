import COpenBLAS

/// A row-major matrix operand in double precision: `rows × columns` after the optional transposition.
public struct DoubleMatrixOperand {
  public let base: UnsafePointer<Double>
  /// Elements between the starts of stored rows.
  public let stride: Int
  public let isTransposed: Bool

  public init(_ base: UnsafePointer<Double>, stride: Int, isTransposed: Bool = false) {
    self.base = base
    self.stride = stride
    self.isTransposed = isTransposed
  }
}

/// C (m×n) = alpha · A (m×k) · B (k×n) + beta · C, double precision, on the calling thread.
public func gemm(
  m: Int, n: Int, k: Int, alpha: Double = 1, _ a: DoubleMatrixOperand, _ b: DoubleMatrixOperand,
  beta: Double = 0, into c: UnsafeMutablePointer<Double>, stride: Int
) {
  guard m > 0, n > 0 else { return }
  BLASMemory.with {
    cblas_dgemm(
      CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans,
      b.isTransposed ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a.base,
      blasint(max(a.stride, 1)), b.base, blasint(max(b.stride, 1)), beta, c, blasint(max(stride, 1))
    )
  }
}
