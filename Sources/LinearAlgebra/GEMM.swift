import COpenBLAS

/// A row-major matrix operand: `rows × columns` after the optional transposition.
public struct MatrixOperand {
  public let base: UnsafePointer<Float>
  /// Elements between the starts of stored rows.
  public let stride: Int
  public let isTransposed: Bool

  public init(_ base: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false) {
    self.base = base
    self.stride = stride
    self.isTransposed = isTransposed
  }
}

/// C (m×n) = alpha · A (m×k) · B (k×n) + beta · C, single precision, on the calling thread.
public func gemm(
  m: Int, n: Int, k: Int, alpha: Float = 1, _ a: MatrixOperand, _ b: MatrixOperand,
  beta: Float = 0, into c: UnsafeMutablePointer<Float>, stride: Int
) {
  guard m > 0, n > 0 else { return }
  BLASMemory.with {
    cblas_sgemm(
      CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans,
      b.isTransposed ? CblasTrans : CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha, a.base,
      blasint(max(a.stride, 1)), b.base, blasint(max(b.stride, 1)), beta, c, blasint(max(stride, 1))
    )
  }
}
