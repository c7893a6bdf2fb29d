@testable import CalibrantEngine

/// The definitions of operators on codes, with nothing clever: what every integer kernel must equal bit for bit.
enum CodeOracle {
  /// Sums of an N × C × H × W input less its zero point, N × M × OH × OW.
  static func convolution(
    _ s: ConvolutionShape, _ x: [UInt8], zeroPoint: Int, _ w: [Int16], _ bias: [Int32]
  ) -> [Int32] {
    var sums: [Int32] = []
    for n in 0..<s.batch {
      for m in 0..<s.outChannels {
        let group = m / s.outChannelsPerGroup
        for oy in 0..<s.outHeight {
          for ox in 0..<s.outWidth {
            var sum = bias[m]
            for c in 0..<s.inChannelsPerGroup {
              let plane = (n * s.inChannels + group * s.inChannelsPerGroup + c) * s.height
              for ky in 0..<s.kernelHeight {
                let iy = oy * s.strideY + ky * s.dilationY - s.padTop
                guard iy >= 0, iy < s.height else { continue }
                let line = (plane + iy) * s.width
                let row = ((m * s.inChannelsPerGroup + c) * s.kernelHeight + ky) * s.kernelWidth
                for kx in 0..<s.kernelWidth {
                  let ix = ox * s.strideX + kx * s.dilationX - s.padLeft
                  guard ix >= 0, ix < s.width else { continue }
                  sum &+= (Int32(x[line + ix]) - Int32(zeroPoint)) &* Int32(w[row + kx])
                }
              }
            }
            sums.append(sum)
          }
        }
      }
    }
    return sums
  }

  /// The same with the sum of every two products of raw codes clamped to 16 bits, which run through rows
  /// of the window, its columns, the group's channels.
  static func clampedConvolution(
    _ s: ConvolutionShape, _ x: [UInt8], zeroPoint: Int, _ w: [Int16], _ bias: [Int32]
  ) -> [Int32] {
    var sums: [Int32] = []
    for n in 0..<s.batch {
      for m in 0..<s.outChannels {
        let first = m / s.outChannelsPerGroup * s.inChannelsPerGroup
        for oy in 0..<s.outHeight {
          for ox in 0..<s.outWidth {
            var products: [Int] = []
            var weights = 0
            for ky in 0..<s.kernelHeight {
              for kx in 0..<s.kernelWidth {
                let iy = oy * s.strideY + ky * s.dilationY - s.padTop
                let ix = ox * s.strideX + kx * s.dilationX - s.padLeft
                let isInside = iy >= 0 && iy < s.height && ix >= 0 && ix < s.width
                for c in 0..<s.inChannelsPerGroup {
                  let code =
                    isInside
                    ? Int(x[((n * s.inChannels + first + c) * s.height + iy) * s.width + ix])
                    : zeroPoint
                  let row = ((m * s.inChannelsPerGroup + c) * s.kernelHeight + ky) * s.kernelWidth
                  products.append(code * Int(w[row + kx]))
                  weights += Int(w[row + kx])
                }
              }
            }
            sums.append(bias[m] &+ Int32(clampedSum(products) - zeroPoint * weights))
          }
        }
      }
    }
    return sums
  }

  private static func clampedSum(_ products: [Int]) -> Int {
    stride(from: 0, to: products.count, by: 2).reduce(0) { sum, k in
      let pair = products[k] + (k + 1 < products.count ? products[k + 1] : 0)
      return sum + min(max(pair, -32768), 32767)
    }
  }

  /// - Parameter x: rows × K.
  static func clampedMatrix(
    _ x: [UInt8], zeroPoint: Int, _ w: [Int16], _ bias: [Int32], k: Int
  ) -> [Int32] {
    let n = bias.count
    return (0..<x.count / k * n).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: n)
      let weights = w[column * k..<(column + 1) * k].map(Int.init)
      let products = zip(x[row * k..<(row + 1) * k], weights).map { Int($0) * $1 }
      return bias[column]
        &+ Int32(clampedSum(products) - zeroPoint * weights.reduce(0, +))
    }
  }

  /// - Parameter x: rows × K.
  static func matrix(
    _ x: [UInt8], zeroPoint: Int, _ w: [Int16], _ bias: [Int32], k: Int
  ) -> [Int32] {
    let n = bias.count
    return (0..<x.count / k * n).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: n)
      return (0..<k).reduce(bias[column]) {
        $0 &+ (Int32(x[row * k + $1]) - Int32(zeroPoint)) &* Int32(w[column * k + $1])
      }
    }
  }

  static func code(_ sum: Int32, factor: Float, _ grid: CodeGrid) -> UInt8 {
    let low = Float(grid.codes.lowerBound - grid.zeroPoint)
    let high = Float(grid.codes.upperBound - grid.zeroPoint)
    let clamped = min(max(Float(sum) * factor, low), high)
    return UInt8(Int(clamped.rounded(.toNearestOrEven)) + grid.zeroPoint)
  }

  static func value(_ code: UInt8, _ grid: CodeGrid) -> Float {
    Float(Int(code) - grid.zeroPoint) * grid.scale
  }

  static func code(_ value: Float, _ grid: CodeGrid) -> UInt8 {
    let steps = (value / grid.scale).rounded(.toNearestOrEven) + Float(grid.zeroPoint)
    return UInt8(min(max(steps, Float(grid.codes.lowerBound)), Float(grid.codes.upperBound)))
  }

  static func added(_ own: UInt8, _ other: UInt8, _ residual: CodeResidual) -> UInt8 {
    residual.isSecond
      ? combined(other, own, residual.sum) : combined(own, other, residual.sum)
  }

  /// What QLinearAdd and QLinearMul of ONNX Runtime compute, on codes as the file has them.
  static func combined(_ a: UInt8, _ b: UInt8, _ pair: CodePair) -> UInt8 {
    func stored(_ code: Int, _ grid: CodeGrid) -> Float { Float(code - grid.origin) }
    let (x, y) = (stored(Int(a), pair.left), stored(Int(b), pair.right))
    let zeros = (
      stored(pair.left.zeroPoint, pair.left), stored(pair.right.zeroPoint, pair.right),
      stored(pair.result.zeroPoint, pair.result)
    )
    var steps: Float
    if pair.operation == .sum {
      let (p, q) = (pair.left.scale / pair.result.scale, pair.right.scale / pair.result.scale)
      let fixed = zeros.2 - (q * zeros.1).addingProduct(p, zeros.0)
      steps = fixed.addingProduct(y, q).addingProduct(x, p)
    } else {
      let ratio = pair.left.scale * pair.right.scale / pair.result.scale
      steps = (x - zeros.0) * (y - zeros.1) * ratio
      steps += zeros.2
    }
    let nearest = steps.rounded(.toNearestOrEven) + Float(pair.result.origin)
    let codes = pair.result.codes
    return UInt8(min(max(nearest, Float(codes.lowerBound)), Float(codes.upperBound)))
  }

  /// Of integers: the code nearest to (Σ (x − z)) · s / (count · s'), halves to even, for scales that are whole multiples
  /// of 2⁻²⁰.
  static func mean(_ codes: [UInt8], count: Int, from: CodeGrid, to: CodeGrid) -> UInt8 {
    let (given, wanted) = (Int(from.scale * 0x1p20), Int(to.scale * 0x1p20))
    precondition(
      Float(given) * 0x1p-20 == from.scale && Float(wanted) * 0x1p-20 == to.scale,
      "scales that integers hold")
    let numerator = codes.reduce(0) { $0 + Int($1) - from.zeroPoint } * given
    let denominator = count * wanted
    // ⌊q⌋, then up where the rest is more than half, or half and ⌊q⌋ odd.
    var quotient = numerator / denominator
    if quotient * denominator > numerator { quotient -= 1 }
    let rest = 2 * (numerator - quotient * denominator)
    if rest > denominator || (rest == denominator && quotient % 2 != 0) { quotient += 1 }
    return UInt8(min(max(quotient + to.zeroPoint, to.codes.lowerBound), to.codes.upperBound))
  }
}

/// Codes and weights for a test.
enum CodeSample: String, CaseIterable {
  case random
  /// The largest codes with weights at both ends.
  case extreme
  /// Small codes and here and there the largest, as behind a Relu.
  case sparse

  func codes(_ count: Int, using random: inout some RandomNumberGenerator) -> [UInt8] {
    (0..<count).map { _ in
      switch self {
      case .random: UInt8.random(in: 0...255, using: &random)
      case .extreme: UInt8.random(in: 254...255, using: &random)
      case .sparse:
        Int.random(in: 0..<300, using: &random) == 0
          ? 255 : UInt8.random(in: 0...125, using: &random)
      }
    }
  }

  func weights(_ count: Int, using random: inout some RandomNumberGenerator) -> [Int16] {
    (0..<count).map { _ in
      self == .extreme
        ? Bool.random(using: &random) ? 127 : -128 : Int16.random(in: -128...127, using: &random)
    }
  }
}
