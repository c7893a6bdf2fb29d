import CKernels

/// Two operands' codes a and b and what becomes of them, in single precision, as ONNX Runtime's operators on codes compute it:
/// of a sum, the integer nearest to a · (s_a/s_y) + (b · (s_b/s_y) + c), halves to even, where each product and sum is rounded once
/// and c is what zero points come to; of a product, that nearest to (a − z_a)(b − z_b) · (s_a · s_b/s_y) + z_y.
///
/// Codes are taken as the file has them, signed or not, which roundings tell.
struct CodePair: Sendable, Hashable {
  enum Operation: Sendable { case sum, product }

  let operation: Operation
  let left: CodeGrid
  let right: CodeGrid
  let result: CodeGrid

  var loops: CKCodePair {
    switch operation {
    case .sum:
      CKCodePair(
        zeroA: Int32(left.origin), zeroB: Int32(right.origin), factorA: factors.left,
        factorB: factors.right, offset: offset, to: result.loopsFromOrigin, multiplies: 0)
    case .product:
      CKCodePair(
        zeroA: Int32(left.zeroPoint), zeroB: Int32(right.zeroPoint), factorA: ratio, factorB: 0,
        offset: Float(result.storedZeroPoint), to: result.loopsFromOrigin, multiplies: 1)
    }
  }

  func code(of a: UInt8, _ b: UInt8) -> UInt8 {
    let (x, y) = (Int(a), Int(b))
    switch operation {
    case .sum:
      let second = offset.addingProduct(Float(y - right.origin), factors.right)
      return result.code(nearest: second.addingProduct(Float(x - left.origin), factors.left))
    case .product:
      let product = Float((x - left.zeroPoint) * (y - right.zeroPoint))
      return result.code(nearest: product * ratio + Float(result.storedZeroPoint))
    }
  }

  /// Sums and products do not depend on the order of two, but for roundings.
  var swapped: CodePair {
    CodePair(operation: operation, left: right, right: left, result: result)
  }

  private var factors: (left: Float, right: Float) {
    (left.scale / result.scale, right.scale / result.scale)
  }

  private var ratio: Float { left.scale * right.scale / result.scale }

  /// What both zero points and the result's come to.
  private var offset: Float {
    let zeros = (factors.right * Float(right.storedZeroPoint)).addingProduct(
      factors.left, Float(left.storedZeroPoint))
    return Float(result.storedZeroPoint) - zeros
  }
}

extension CodeGrid {
  fileprivate var storedZeroPoint: Int { zeroPoint - origin }

  /// For values in steps from the code that the file writes as 0.
  fileprivate var loopsFromOrigin: CKCodeGrid {
    CodeGrid(scale: 1, zeroPoint: origin, codes: codes).loops
  }

  /// The code nearest to a number of steps from the code that the file writes as 0, halves to even.
  fileprivate func code(nearest steps: Float) -> UInt8 {
    CodeGrid(scale: 1, zeroPoint: origin, codes: codes).code(of: steps)
  }
}
