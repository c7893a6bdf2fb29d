import CalibrantLinearAlgebra

/// NumPy's matmul: a product of matrices for every index of the broadcast leading dimensions.
/// https://onnx.ai/onnx/operators/onnx__MatMul.html
struct MatMul: OperatorKernel, MultiplyAccumulating {
  static let opType = "MatMul"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    weight: OperatorTraits.Weight(input: 1) { _, rank in rank >= 2 ? rank - 1 : nil })

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredFloat(0, "A").shape
    let b = try inputs.requiredFloat(1, "B").shape
    guard let product = MatrixProduct(a, b) else {
      throw .shapeMismatch(reason: "shapes \(a) and \(b) cannot be multiplied")
    }
    return [TensorType(.float32, product.output)]
  }

  func run(_ call: OperatorCall) {
    let (a, b) = (call.input(0), call.input(1))
    guard let product = MatrixProduct(a.shape, b.shape),
      let target = call.output.floats.baseAddress,
      call.output.count > 0
    else { return }
    guard product.k > 0, let aBase = a.floats.baseAddress, let bBase = b.floats.baseAddress else {
      target.update(repeating: 0, count: call.output.count)
      return
    }
    let (aOffsets, bOffsets) = product.offsets()
    call.workers.forEach(aOffsets.count) { index in
      gemm(
        m: product.m, n: product.n, k: product.k,
        MatrixOperand(aBase + aOffsets[index], stride: product.k),
        MatrixOperand(bBase + bOffsets[index], stride: product.n),
        into: target + index * product.m * product.n, stride: product.n)
    }
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (inputs[0].shape.dims.last ?? 1)
  }
}

/// A matmul seen as GEMMs of m×k by k×n over broadcast batches.
struct MatrixProduct {
  var m: Int
  let n: Int
  let k: Int
  let output: Shape
  private let batch: Shape
  private let aBatch: Shape
  private let bBatch: Shape

  init?(_ a: Shape, _ b: Shape) {
    guard a.rank > 0, b.rank > 0 else { return nil }
    let aMatrix = a.rank == 1 ? Shape([1, a[0]]) : a
    let bMatrix = b.rank == 1 ? Shape([b[0], 1]) : b
    guard aMatrix[aMatrix.rank - 1] == bMatrix[bMatrix.rank - 2] else { return nil }
    let aLead = Shape(Array(aMatrix.dims.dropLast(2)))
    let bLead = Shape(Array(bMatrix.dims.dropLast(2)))
    guard let batch = aLead.broadcast(with: bLead) else { return nil }
    k = aMatrix[aMatrix.rank - 1]
    n = bMatrix[bMatrix.rank - 1]
    var dims = batch.dims
    if a.rank > 1 { dims.append(aMatrix[aMatrix.rank - 2]) }
    if b.rank > 1 { dims.append(n) }
    output = Shape(dims)
    // One matrix on the right: all rows on the left make a single product.
    let isSingle = bLead.elementCount == 1 && aLead == batch
    m = aMatrix[aMatrix.rank - 2] * (isSingle ? aLead.elementCount : 1)
    self.batch = isSingle ? [] : batch
    aBatch = isSingle ? [] : aLead
    bBatch = isSingle ? [] : bLead
  }

  /// Where the operands of each product start.
  func offsets() -> (a: [Int], b: [Int]) {
    let count = batch.elementCount
    let aIndices = Self.broadcastIndices(of: aBatch, in: batch, count: count)
    let bIndices = Self.broadcastIndices(of: bBatch, in: batch, count: count)
    return (aIndices.map { $0 * m * k }, bIndices.map { $0 * k * n })
  }

  private static func broadcastIndices(of shape: Shape, in batch: Shape, count: Int) -> [Int] {
    let lead = batch.rank - shape.rank
    let (strides, batchStrides) = (shape.strides, batch.strides)
    return (0..<count).map { index in
      shape.dims.indices.reduce(0) { sum, axis in
        let coordinate = index / batchStrides[lead + axis] % batch[lead + axis]
        return sum + (shape[axis] == 1 ? 0 : coordinate * strides[axis])
      }
    }
  }
}
