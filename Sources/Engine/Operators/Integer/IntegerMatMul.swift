import LinearAlgebra

extension IntegerMatMul {
  func kernel(of node: Node) -> any NodeKernel { IntegerMatMulKernel(layer: layer) }
}

private struct IntegerMatMulKernel: PlannedKernel, MultiplyAccumulating, PairClamping {
  let layer: IntegerLayer

  private struct Form: Hashable {
    let zeroPoint: Int
    let clampsPairs: Bool
  }

  var clamps: ClampCount { layer.clamps }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.required(1, "W").type.shape
    guard x.rank > 0, x.dims.last == w[1] else {
      throw .shapeMismatch(reason: "X \(x) and W \(w) do not share their inner dimension")
    }
    return [TensorType(.float32, Shape(x.dims.dropLast() + [w[0]]))]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let w = try inputs.knownValue(1, "W")
    let (scales, bias) = (try inputs.knownValue(2, "scales"), try inputs.knownValue(3, "bias"))
    let form = Form(zeroPoint: layer.weightZeroPoint, clampsPairs: layer.clampsPairs)
    return IntegerMatrixProduct(
      layer: layer, matrix: w.packed(as: form) { IntegerMatrix(w, layer) },
      requantization: ColumnRequantization(
        layer, scales: scales.array(of: Float.self), bias: bias.array(of: Int32.self),
        columns: w.shape[0]))
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}

/// A constant matrix as the product reads it.
private struct IntegerMatrix: Sendable {
  /// The codes less their zero point, K × N.
  let columns: [Float]
  let pairs: SaturatingPairs
  let n: Int
  let k: Int

  /// - Parameter weights: N × K.
  init(_ weights: Tensor, _ layer: IntegerLayer) {
    let (n, k) = (weights.shape[0], weights.shape[1])
    let codes = weights.array(of: Int8.self)
    columns = (0..<n * k).map { index in
      Float(Int(codes[index % n * k + index / n]) - layer.weightZeroPoint)
    }
    pairs = layer.clampsPairs ? SaturatingPairs(codes, PairOrder(channels: k)) : .none
    (self.n, self.k) = (n, k)
  }
}

private struct IntegerMatrixProduct: PreparedKernel {
  let layer: IntegerLayer
  let matrix: IntegerMatrix
  let requantization: ColumnRequantization

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    let (n, k) = (matrix.n, matrix.k)
    let rows = call.output.count / n
    let codes = layer.codes(x, count: rows * k)
    var sums = [Int32](repeating: 0, count: rows * n)
    codes.withUnsafeBufferPointer { codes in
      matrix.columns.withUnsafeBufferPointer { columns in
        sums.withUnsafeMutableBufferPointer { sums in
          integerProduct(
            m: rows, n: n, k: k, MatrixOperand(codes.baseAddress!, stride: k),
            MatrixOperand(columns.baseAddress!, stride: n), into: sums.baseAddress!)
        }
      }
    }
    let clamped = matrix.pairs.subtractExcess(
      codes, rows: rows, depth: k, zeroPoints: [layer.inputZeroPoint], from: &sums)
    layer.clamps.add(clamped, of: sums.count)
    requantization.apply(sums, rows: rows, count: n, into: y)
  }
}

extension SaturatingPairs {
  /// Takes from the sums of a matrix product what clamping does.
  ///
  /// - Parameters:
  ///   - codes: rows × depth, less their zero points.
  ///   - zeroPoints: of the codes as unsigned bytes, one for all rows or one for each.
  ///   - sums: rows × outputs.
  /// - Returns: how many sums lost something.
  @discardableResult func subtractExcess(
    _ codes: [Float], rows: Int, depth: Int, zeroPoints: [Int], from sums: inout [Int32]
  ) -> Int {
    guard !isEmpty else { return 0 }
    var clamped = 0
    let n = ofOutput.count
    for row in 0..<rows {
      let zeroPoint = Float(zeroPoints[zeroPoints.count > 1 ? row % zeroPoints.count : 0])
      let start = row * depth
      for (output, pairs) in ofOutput.enumerated() {
        var touched = false
        for pair in pairs {
          let excess = pair.excess(
            codes[start + pair.first], codes[start + pair.second], zeroPoint: zeroPoint)
          sums[row * n + output] &-= excess
          touched = touched || excess != 0
        }
        if touched { clamped += 1 }
      }
    }
    return clamped
  }
}
