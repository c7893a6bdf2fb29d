extension CodeMatMul {
  func kernel(of node: Node) -> any NodeKernel { CodeMatMulKernel(product: self) }
}

private struct CodeMatMulKernel: PlannedKernel, MultiplyAccumulating {
  let product: CodeMatMul

  /// What the packed matrix and its ending depend on.
  private struct Form: Hashable {
    let input: CodeGrid
    let output: CodeGrid?
    let weightZeroPoint: Int
    let scales: [Float]
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
    let (w, bias) = (try inputs.knownValue(1, "W"), try inputs.knownValue(3, "bias"))
    let scales = try inputs.knownValue(2, "scales").array(of: Float.self)
    let form = Form(
      input: product.input, output: product.output, weightZeroPoint: product.weightZeroPoint,
      scales: scales)
    let matrix = w.packed(as: form, with: bias) {
      ByteMatrix(
        CodeLayer(
          input: product.input, weights: w, zeroPoint: product.weightZeroPoint, scales: scales,
          bias: bias, output: product.output))
    }
    return Prepared(matrix: matrix)
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
