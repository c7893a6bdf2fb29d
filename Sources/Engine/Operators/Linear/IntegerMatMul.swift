import LinearAlgebra

/// NumPy's matmul of codes less their zero points, its sums exact. The left zero point may be one for each row, the
/// right one for each column.
func integerMatMul(
  _ a: TensorView, _ aZero: TensorView?, _ b: TensorView, _ bZero: TensorView?
) -> [Int32] {
  guard let product = MatrixProduct(a.shape, b.shape) else { return [] }
  let left = centred(a, zeroPoint: aZero, along: max(0, a.shape.rank - 2))
  let right = centred(b, zeroPoint: bZero, along: b.shape.rank - 1)
  let (aOffsets, bOffsets) = product.offsets()
  let size = product.m * product.n
  var sums = [Int32](repeating: 0, count: aOffsets.count * size)
  left.withUnsafeBufferPointer { left in
    right.withUnsafeBufferPointer { right in
      sums.withUnsafeMutableBufferPointer { sums in
        guard let x = left.baseAddress, let y = right.baseAddress, let target = sums.baseAddress
        else { return }
        for index in aOffsets.indices {
          integerProduct(
            m: product.m, n: product.n, k: product.k,
            MatrixOperand(x + aOffsets[index], stride: product.k),
            MatrixOperand(y + bOffsets[index], stride: product.n), into: target + index * size)
        }
      }
    }
  }
  return sums
}
