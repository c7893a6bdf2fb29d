/// alpha · A' · B' + C of codes, as codes or, without an output scale, as floats.
struct QGemm: OperatorKernel, MultiplyAccumulating {
  static let opType = "QGemm"
  static let domain = "com.microsoft"
  static let sinceVersion = 1

  private let alpha: Float
  private let transposesA: Bool
  private let transposesB: Bool
  private let clampsPairs: Bool

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
    transposesA = try node.attributes.flag("transA")
    transposesB = try node.attributes.flag("transB")
    clampsPairs = node.clampsPairs
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let (a, b) = (try inputs.codes(0, "A"), try inputs.requiredCodes(3, "B"))
    guard a.shape.rank == 2, b.shape.rank == 2 else {
      throw .shapeMismatch(reason: "QGemm multiplies matrices, not \(a) and \(b)")
    }
    let (m, k) = transposesA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (depth, n) = transposesB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    guard k == depth else {
      throw .shapeMismatch(reason: "A \(a) and B \(b) do not share their inner dimension")
    }
    try inputs.checkScale(4, "b_scale", of: b, along: transposesB ? 0 : 1)
    try inputs.checkZeroPoint(5, "b_zero_point", of: b, along: transposesB ? 0 : 1)
    if let c = inputs.optional(6)?.type,
      c.dtype != .int32 || c.shape.broadcast(with: [m, n]) != [m, n]
    {
      throw .wrongInput(name: "C", reason: "\(c) is no int32 that broadcasts to [\(m), \(n)]")
    }
    guard let codes = inputs.optional(8)?.type else { return [TensorType(.float32, [m, n])] }
    let output = TensorType(try inputs.requiredCodes(8, "y_zero_point").dtype, [m, n])
    try inputs.checkCoding(7, "y", of: TensorType(codes.dtype, output.shape))
    return [output]
  }

  func run(_ call: OperatorCall) {
    let output = call.output
    let sums = sums(call)
    let (inputScale, scales) = (call.input(1).floats[0], call.input(4).floats)
    let columns = output.shape[1]
    func scale(_ index: Int) -> Float {
      alpha * inputScale * scales[scales.count > 1 ? index % columns : 0]
    }
    guard output.dtype != .float32 else {
      for index in sums.indices { output.floats[index] = Float(sums[index]) * scale(index) }
      return
    }
    let coding = Coding(call, at: 7)
    output.writeIntegers { index in
      let requantization = Requantization(
        scale: scale(index) / coding.scale, zeroPoint: coding.zeroPoint,
        limits: output.dtype.integerLimits)
      return requantization.code(of: sums[index])
    }
  }

  /// The products' sums and C.
  private func sums(_ call: OperatorCall) -> [Int32] {
    let (a, b) = (
      matrix(call.input(0), isTransposed: transposesA),
      matrix(call.input(3), isTransposed: transposesB)
    )
    var sums = a.withView { a in
      b.withView { b in
        integerMatMul(
          a, call.optionalInput(2), b, call.optionalInput(5), clampsPairs: clampsPairs)
      }
    }
    guard let c = call.optionalInput(6) else { return sums }
    let (values, n) = (c.buffer(of: Int32.self), call.output.shape[1])
    let columns = c.shape.rank > 0 ? c.shape[c.shape.rank - 1] : 1
    let rows = c.shape.rank > 1 ? c.shape[0] : 1
    for index in sums.indices {
      let (row, column) = (rows == 1 ? 0 : index / n, columns == 1 ? 0 : index % n)
      sums[index] &+= values[row * columns + column]
    }
    return sums
  }

  private func matrix(_ view: TensorView, isTransposed: Bool) -> Tensor {
    guard isTransposed else { return view.copied() }
    let (rows, columns) = (view.shape[0], view.shape[1])
    return Tensor(TensorType(view.dtype, [columns, rows])) { target in
      for index in target.indices {
        target[index] = view.bytes[index % rows * columns + index / rows]
      }
    }
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * inputs[0].shape[transposesA ? 0 : 1]
  }
}
