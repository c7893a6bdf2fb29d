extension PackedMatMul {
  static let traits = OperatorTraits(fusesActivation: true, fusesRounding: true)

  func kernel(of node: Node) -> any NodeKernel {
    PackedMatMulKernel(matrix: matrix, epilogue: Epilogue(node))
  }
}

private struct PackedMatMulKernel: NodeKernel, MultiplyAccumulating {
  let matrix: PackedMatrix
  let epilogue: Epilogue

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "A").shape
    guard x.dims.last == matrix.k else {
      throw .shapeMismatch(
        reason: "A \(x) and B [\(matrix.k), \(matrix.n)] do not share their inner dimension")
    }
    return [TensorType(.float32, Shape(x.dims.dropLast() + [matrix.n]))]
  }

  func run(_ call: OperatorCall) {
    guard call.output.count > 0, let y = call.output.floats.baseAddress else { return }
    guard let x = call.input(0).floats.baseAddress, let packed = call.input(1).floats.baseAddress,
      let bias = call.input(2).floats.baseAddress
    else { return }
    matrix.multiply(
      x, rows: call.output.count / matrix.n, packed: packed, bias: bias, epilogue: epilogue,
      into: y, scratch: call.scratch, workers: call.workers)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * matrix.k
  }
}
