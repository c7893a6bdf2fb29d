/// X · W + B with a constant W: what becomes of such a Gemm or MatMul. Inputs X (… × K), the packed W and B
/// (`PackedMatrix`); the attributes `k` and `n` are W's size.
struct PackedMatMul: OperatorKernel, MultiplyAccumulating {
  static let opType = "PackedMatMul"
  static let domain = "calibrant"
  static let sinceVersion = 1
  static let traits = OperatorTraits(fusesActivation: true, fusesRounding: true)

  private let matrix: PackedMatrix
  private let epilogue: Epilogue

  init(_ node: Node) throws(GraphError) {
    matrix = PackedMatrix(
      k: try node.attributes.int("k", default: 0), n: try node.attributes.int("n", default: 0))
    epilogue = Epilogue(node)
  }

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
