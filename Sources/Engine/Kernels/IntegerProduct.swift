import CalibrantLinearAlgebra

/// C (m×n) = A (m×k) · B (k×n) of integers between −255 and 255 that floats hold. Wraps around as 32-bit sums do.
///
/// A float holds integers up to 2^24 exactly, so 256 products of magnitude 255² always add up exactly, in any order.
func integerProduct(
  m: Int, n: Int, k: Int, _ a: MatrixOperand, _ b: MatrixOperand,
  into c: UnsafeMutablePointer<Int32>
) {
  precondition(
    !a.isTransposed && !b.isTransposed, "an integer product reads its operands as stored")
  c.update(repeating: 0, count: m * n)
  var part = [Float](repeating: 0, count: m * n)
  for start in stride(from: 0, to: k, by: 256) {
    part.withUnsafeMutableBufferPointer { part in
      guard let sums = part.baseAddress else { return }
      gemm(
        m: m, n: n, k: min(256, k - start), MatrixOperand(a.base + start, stride: a.stride),
        MatrixOperand(b.base + start * b.stride, stride: b.stride), into: sums, stride: n)
      for i in 0..<m * n { c[i] &+= Int32(sums[i]) }
    }
  }
}
