/// The largest element over all spatial axes, NaN where any is NaN. https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html
struct GlobalMaxPool: OperatorKernel {
  static let opType = "GlobalMaxPool"
  static let sinceVersion = 1
  static let traits = OperatorTraits(isPositivelyHomogeneous: true)

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try globalPoolType(inputs)]
  }

  func run(_ call: OperatorCall) {
    let plane = call.input(0).shape.count(2...)
    let output = call.output.floats
    for index in output.indices {
      let values = call.input(0).floats[index * plane..<(index + 1) * plane]
      output[index] = values.reduce(-.infinity) { $1.ranksAbove($0) ? $1 : $0 }
    }
  }
}

/// N × C × 1 × …: what a pool over all spatial axes makes of its input.
func globalPoolType(_ inputs: [Operand?]) throws(GraphError) -> TensorType {
  let shape = try inputs.requiredFloat(0, "X").shape
  guard shape.rank >= 2 else {
    throw .shapeMismatch(reason: "X \(shape) has no channel axis")
  }
  return TensorType(
    .float32, Shape([shape[0], shape[1]] + shape.dims.dropFirst(2).map { _ in 1 }))
}
