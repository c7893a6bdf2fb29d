/// A matrix product of 8-bit integers with 32-bit sums. https://onnx.ai/onnx/operators/onnx__MatMulInteger.html
struct MatMulInteger: PlannedOperator, MultiplyAccumulating {
  static let opType = "MatMulInteger"
  static let sinceVersion = 10

  private let clampsPairs: Bool

  init(_ node: Node) { clampsPairs = node.clampsPairs }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredCodes(0, "A")
    let b = try inputs.requiredCodes(1, "B")
    guard let product = MatrixProduct(a.shape, b.shape) else {
      throw .shapeMismatch(reason: "shapes \(a.shape) and \(b.shape) cannot be multiplied")
    }
    try inputs.checkZeroPoint(2, "a_zero_point", of: a, along: max(0, a.shape.rank - 2))
    try inputs.checkZeroPoint(3, "b_zero_point", of: b, along: b.shape.rank - 1)
    return [TensorType(.int32, product.output)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let (a, b) = (try inputs.required(0, "A").type, try inputs.required(1, "B"))
    let (aZeros, bZeros) = (inputs.optional(2)?.type, inputs.optional(3)?.type)
    // A vector may have a zero point for each factor.
    if (a.shape.rank == 1 && aZeros?.shape.elementCount ?? 1 > 1)
      || (b.type.shape.rank == 1 && bZeros?.shape.elementCount ?? 1 > 1)
    {
      return Plain(clampsPairs: clampsPairs)
    }
    let clampsPairs = clampsPairs && b.type.dtype == .int8
    let right = b.constant.map { tensor in
      tensor.packed(as: Form(clampsPairs: clampsPairs)) {
        tensor.withView { CodeMatrix.all(of: $0, clampsPairs: clampsPairs, workers: .alone) }
      }
    }
    return Prepared(right: right, clampsPairs: clampsPairs)
  }

  private struct Form: Hashable {
    let clampsPairs: Bool
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}

private struct Plain: PreparedKernel {
  let clampsPairs: Bool

  func run(_ call: OperatorCall) {
    let sums = integerMatMul(
      call.input(0), call.optionalInput(2), call.input(1), call.optionalInput(3),
      clampsPairs: clampsPairs)
    _ = call.output.buffer(of: Int32.self).update(fromContentsOf: sums)
  }
}

private struct Prepared: PreparedKernel {
  /// nil where B is not known before.
  let right: [CodeMatrix]?
  let clampsPairs: Bool

  func run(_ call: OperatorCall) {
    let (a, b) = (call.input(0), call.input(1))
    guard let product = MatrixProduct(a.shape, b.shape),
      let y = call.output.buffer(of: Int32.self).baseAddress
    else { return }
    let matrices =
      right ?? CodeMatrix.all(of: b, clampsPairs: clampsPairs, workers: call.workers)
    let zeros = ZeroPoints(call)
    a.withUnsignedCodes(workers: call.workers) { x in
      CodeProducts(product, matrices).forEachRow(of: x, workers: call.workers) { row in
        zeros.subtract(from: row, into: y + row.index * product.n)
      }
    }
  }
}

/// Zero points of both operands, of the codes that products take.
private struct ZeroPoints {
  /// One, or one for each row.
  let left: [Int32]
  /// One, or one for each column.
  let right: [Int32]

  init(_ call: OperatorCall) {
    left = unsignedZeroPoint(of: call.input(0), call.optionalInput(2)).map(Int32.init)
    let given = unsignedZeroPoint(of: call.input(1), call.optionalInput(3))
    right = given.map { Int32($0 - 128) }
  }

  /// What a row's sums come to: Σ (x − z)(b − z').
  func subtract(from row: CodeProducts.Row, into y: UnsafeMutablePointer<Int32>) {
    let zero = left[left.count > 1 ? row.index % left.count : 0]
    let (sums, columns) = (row.sums, row.matrix.columnSums.base)
    let rest = row.codeSum &- Int32(row.codes.count) &* zero
    if right.count > 1 {
      for i in 0..<row.matrix.n {
        y[i] = sums[i] &- zero &* columns[i] &- right[i] &* rest
      }
    } else {
      let less = right[0] &* rest
      for i in 0..<row.matrix.n { y[i] = sums[i] &- zero &* columns[i] &- less }
    }
  }
}
