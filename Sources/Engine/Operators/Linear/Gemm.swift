import CalibrantLinearAlgebra

/// Y = alpha · A' · B' + beta · C. https://onnx.ai/onnx/operators/onnx__Gemm.html
struct Gemm: OperatorKernel, MultiplyAccumulating {
  static let opType = "Gemm"
  static let sinceVersion = 6
  static let traits = OperatorTraits(
    fusesActivation: true,
    weight: OperatorTraits.Weight(input: 1) { attributes, rank in
      let isTransposed = (try? attributes.flag("transB")) ?? false
      return rank == 2 ? (isTransposed ? 0 : 1) : nil
    })

  private let alpha: Float
  private let beta: Float
  private let transposesA: Bool
  private let transposesB: Bool
  private let activation: Activation

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
    beta = try node.attributes.float("beta", default: 1)
    transposesA = try node.attributes.flag("transA")
    transposesB = try node.attributes.flag("transB")
    activation = node.activation
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.requiredFloat(0, "A").shape
    let b = try inputs.requiredFloat(1, "B").shape
    guard a.rank == 2, b.rank == 2 else {
      throw .shapeMismatch(reason: "Gemm multiplies matrices, not \(a) and \(b)")
    }
    let (m, k) = transposesA ? (a[1], a[0]) : (a[0], a[1])
    let (kB, n) = transposesB ? (b[1], b[0]) : (b[0], b[1])
    guard k == kB else {
      throw .shapeMismatch(reason: "A \(a) and B \(b) do not share their inner dimension")
    }
    if inputs.optional(2) != nil {
      let c = try inputs.requiredFloat(2, "C").shape
      guard c.broadcast(with: [m, n]) == [m, n] else {
        throw .shapeMismatch(reason: "C \(c) does not broadcast to [\(m), \(n)]")
      }
    }
    return [TensorType(.float32, [m, n])]
  }

  func run(_ call: OperatorCall) {
    let (a, b) = (call.input(0), call.input(1))
    let (m, n) = (call.output.shape[0], call.output.shape[1])
    guard m > 0, n > 0, let target = call.output.floats.baseAddress else { return }
    if let c = call.optionalInput(2), beta != 0 {
      broadcast(c, m: m, n: n, into: target)
    } else {
      target.update(repeating: 0, count: m * n)
    }
    if let aBase = a.floats.baseAddress, let bBase = b.floats.baseAddress, a.count > 0 {
      gemm(
        m: m, n: n, k: transposesA ? a.shape[0] : a.shape[1], alpha: alpha,
        MatrixOperand(aBase, stride: a.shape[1], isTransposed: transposesA),
        MatrixOperand(bBase, stride: b.shape[1], isTransposed: transposesB),
        beta: 1, into: target, stride: n)
    }
    activation.apply(target, count: m * n)
  }

  /// Fills the output with beta · C, C repeated along the axes where it has size 1.
  private func broadcast(_ c: TensorView, m: Int, n: Int, into target: UnsafeMutablePointer<Float>)
  {
    let columns = c.shape.rank > 0 ? c.shape[c.shape.rank - 1] : 1
    let rows = c.shape.rank > 1 ? c.shape[c.shape.rank - 2] : 1
    let values = c.floats
    for i in 0..<m {
      let source = rows == 1 ? 0 : i * columns
      for j in 0..<n { target[i * n + j] = beta * values[source + (columns == 1 ? 0 : j)] }
    }
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * (transposesA ? inputs[0].shape[0] : inputs[0].shape[1])
  }
}
