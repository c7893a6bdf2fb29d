import CalibrantLinearAlgebra

/// NumPy's matmul of codes less their zero points, its sums exact but for what clamped pairs lose. The left zero point may be one
/// for each row, the right one for each column.
func integerMatMul(
  _ a: TensorView, _ aZero: TensorView?, _ b: TensorView, _ bZero: TensorView?,
  clampsPairs: Bool = false
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
  if clampsPairs, b.dtype == .int8 {
    clamp(&sums, product, left, b, zeroPoints: unsignedZeroPoint(of: a, aZero))
  }
  return sums
}

/// Takes from every product what its clamped pairs lose.
private func clamp(
  _ sums: inout [Int32], _ product: MatrixProduct, _ left: [Float], _ b: TensorView,
  zeroPoints: [Int]
) {
  let (aOffsets, bOffsets) = product.offsets()
  let (codes, size) = (b.buffer(of: Int8.self), product.m * product.n)
  for index in aOffsets.indices {
    let matrix = (0..<product.n * product.k).map { place in
      codes[bOffsets[index] + place % product.k * product.n + place / product.k]
    }
    let pairs = SaturatingPairs(matrix, PairOrder(channels: product.k))
    guard !pairs.isEmpty else { continue }
    var part = Array(sums[index * size..<(index + 1) * size])
    pairs.subtractExcess(
      Array(left[aOffsets[index]..<aOffsets[index] + product.m * product.k]), rows: product.m,
      depth: product.k, zeroPoints: zeroPoints, from: &part)
    sums.replaceSubrange(index * size..<(index + 1) * size, with: part)
  }
}

extension SaturatingPairs {
  /// Takes from the sums of a matrix product what clamping does.
  ///
  /// - Parameters:
  ///   - codes: rows × depth, less their zero points.
  ///   - zeroPoints: of the codes as unsigned bytes, one for all rows or one for each.
  ///   - sums: rows × outputs.
  fileprivate func subtractExcess(
    _ codes: [Float], rows: Int, depth: Int, zeroPoints: [Int], from sums: inout [Int32]
  ) {
    let n = ofOutput.count
    for row in 0..<rows {
      let zeroPoint = Float(zeroPoints[zeroPoints.count > 1 ? row % zeroPoints.count : 0])
      let start = row * depth
      for (output, pairs) in ofOutput.enumerated() {
        for pair in pairs {
          sums[row * n + output] &-= pair.excess(
            codes[start + pair.first], codes[start + pair.second], zeroPoint: zeroPoint)
        }
      }
    }
  }
}
