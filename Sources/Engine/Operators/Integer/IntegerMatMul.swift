import LinearAlgebra
import Synchronization

/// MatMul or Gemm whose input and weights are 8-bit codes, computed on integers: what `usingIntegerSums` makes of it.
///
/// Inputs X (floats on the input's grid, … × K), W (int8, N × K), the scales of W and an int32 bias, N values each. The
/// output is on its own grid, or in float.
struct IntegerMatMul: OperatorKernel, MultiplyAccumulating, PairClamping {
  static let opType = "IntegerMatMul"
  static let domain = "calibrant"
  static let sinceVersion = 1

  private let layer: IntegerLayer
  private let weights = PreparedMatrix()

  var clamps: ClampCount { layer.clamps }

  init(_ node: Node) throws(GraphError) { layer = try IntegerLayer(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.required(1, "W").type.shape
    guard x.rank > 0, x.dims.last == w[1] else {
      throw .shapeMismatch(reason: "X \(x) and W \(w) do not share their inner dimension")
    }
    return [TensorType(.float32, Shape(x.dims.dropLast() + [w[0]]))]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(1).shape
    let (n, k) = (shape[0], shape[1])
    guard call.output.count > 0, let input = call.input(0).floats.baseAddress,
      let output = call.output.floats.baseAddress
    else { return }
    let rows = call.output.count / n
    let (columns, pairs) = weights.prepared(call.input(1).buffer(of: Int8.self), n: n, k: k, layer)
    let codes = layer.codes(input, count: rows * k)
    var sums = [Int32](repeating: 0, count: rows * n)
    codes.withUnsafeBufferPointer { codes in
      columns.withUnsafeBufferPointer { columns in
        sums.withUnsafeMutableBufferPointer { sums in
          integerProduct(
            m: rows, n: n, k: k, MatrixOperand(codes.baseAddress!, stride: k),
            MatrixOperand(columns.baseAddress!, stride: n), into: sums.baseAddress!)
        }
      }
    }
    let clamped = pairs.subtractExcess(
      codes, rows: rows, depth: k, zeroPoints: [layer.inputZeroPoint], from: &sums)
    layer.clamps.add(clamped, of: sums.count)
    ColumnRequantization(
      layer, scales: call.input(2).floats, bias: call.input(3).buffer(of: Int32.self), columns: n
    )
    .apply(sums, rows: rows, count: n, into: output)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}

/// A constant matrix as the product reads it, made at the first call.
private final class PreparedMatrix: Sendable {
  private let known = Mutex<(columns: [Float], pairs: SaturatingPairs)?>(nil)

  /// - Parameter codes: N × K.
  /// - Returns: the codes less their zero point as K × N, and the pairs that clamp.
  func prepared(
    _ codes: UnsafeBufferPointer<Int8>, n: Int, k: Int, _ layer: IntegerLayer
  ) -> (columns: [Float], pairs: SaturatingPairs) {
    known.withLock { known in
      if let known { return known }
      let columns = (0..<n * k).map { index in
        Float(Int(codes[index % n * k + index / n]) - layer.weightZeroPoint)
      }
      let pairs =
        layer.clampsPairs ? SaturatingPairs(Array(codes), PairOrder(channels: k)) : .none
      let new = (columns, pairs)
      known = new
      return new
    }
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
