extension CodeMatMul {
  func kernel(of node: Node) -> any NodeKernel {
    CodeMatMulKernel(product: self, clampsPairs: node.clampsPairs)
  }
}

private struct CodeMatMulKernel: PlannedKernel, MultiplyAccumulating {
  let product: CodeMatMul
  let clampsPairs: Bool

  /// What the packed matrix and its ending depend on.
  private struct Form: Hashable {
    let input: CodeGrid
    let output: CodeGrid?
    let weightZeroPoint: Int
    let scales: [Float]
    let clampsPairs: Bool
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredBytes(0, "X").shape
    let w = try inputs.required(1, "W").type.shape
    guard x.rank > 0, x.dims.last == w[1] else {
      throw .shapeMismatch(reason: "X \(x) and W \(w) do not share their inner dimension")
    }
    let dtype: DType = product.output == nil ? .float32 : .uint8
    return [TensorType(dtype, Shape(x.dims.dropLast() + [w[0]]))]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let constants = try LayerConstants(inputs)
    let form = Form(
      input: product.input, output: product.output, weightZeroPoint: product.weightZeroPoint,
      scales: constants.scales, clampsPairs: clampsPairs)
    let matrix = constants.weights.packed(as: form, with: constants.bias) {
      ByteMatrix(constants.layer(product, to: product.output, clampsPairs: clampsPairs))
    }
    guard let clamps = product.clamps else { return Prepared(matrix: matrix) }
    let count = try outputTypes(inputs)[0].shape.elementCount
    let layer = constants.layer(product, to: nil, clampsPairs: true)
    func sums(clampsPairs: Bool) -> ClampCounting.Sums {
      let matrix = ByteMatrix(layer.sums(clampsPairs: clampsPairs))
      return { call, sums in
        matrix.multiply(
          call.codes(0), rows: count / max(matrix.n, 1), into: .values(sums),
          scratch: call.scratch, workers: call.workers)
      }
    }
    return ClampCounting(
      layer: Prepared(matrix: matrix), clamps: clamps, count: count, size: count,
      clamped: sums(clampsPairs: true), exact: sums(clampsPairs: false))
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}

private struct Prepared: PreparedKernel {
  let matrix: ByteMatrix

  func run(_ call: OperatorCall) {
    matrix.multiply(
      call.codes(0), rows: call.output.count / max(matrix.n, 1), into: call.layerOutput(),
      scratch: call.scratch, workers: call.workers)
  }
}
