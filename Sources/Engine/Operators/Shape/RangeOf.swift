/// start, start + delta, … up to but without limit. https://onnx.ai/onnx/operators/onnx__Range.html
struct RangeOf: OperatorKernel {
  static let opType = "Range"
  static let sinceVersion = 11

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let operands = [
      try inputs.required(0, "start"), try inputs.required(1, "limit"),
      try inputs.required(2, "delta"),
    ]
    let dtype = operands[0].type.dtype
    guard [.float32, .int32, .int64].contains(dtype),
      operands.allSatisfy({ $0.type.dtype == dtype && $0.type.shape.elementCount == 1 })
    else {
      throw .wrongInput(
        name: "start",
        reason: "and the others are no scalars of one type: "
          + operands.map(\.type.description).joined(separator: ", "))
    }
    var values: [Double] = []
    for operand in operands {
      guard let constant = operand.constant else {
        throw .dependsOnData(input: "start")
      }
      values.append(
        constant.integers.map { Double($0[0]) } ?? Double(constant.array(of: Float.self)[0]))
    }
    let count = ((values[1] - values[0]) / values[2]).rounded(.up)
    guard count.isFinite, count < 0x1p40 else {
      throw .wrongInput(name: "delta", reason: "\(values[2]) never leads to the limit \(values[1])")
    }
    return [TensorType(dtype, [Int(max(count, 0))])]
  }

  func run(_ call: OperatorCall) {
    let (start, delta, output) = (call.input(0), call.input(2), call.output)
    switch output.dtype {
    case .float32:
      let (first, step) = (start.floats[0], delta.floats[0])
      for (i, index) in output.floats.indices.enumerated() {
        output.floats[index] = first + Float(i) * step
      }
    case .int32: count(start, delta, output, Int32.self)
    default: count(start, delta, output, Int64.self)
    }
  }

  private func count<T: FixedWidthInteger & TensorElement>(
    _ start: TensorView, _ delta: TensorView, _ output: MutableTensorView, _: T.Type
  ) {
    let step = delta.buffer(of: T.self)[0]
    let target = output.buffer(of: T.self)
    var value = start.buffer(of: T.self)[0]
    for index in target.indices {
      target[index] = value
      value &+= step
    }
  }
}
