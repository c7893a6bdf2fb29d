/// min(max(x, low), high), bounds as attributes before opset 11, as inputs since.
/// https://onnx.ai/onnx/operators/onnx__Clip.html
struct Clip: OperatorKernel {
  static let opType = "Clip"
  static let sinceVersion = 6

  private let bounds: (low: Float, high: Float)
  private let readsInputs: Bool

  init(_ node: Node) throws(GraphError) {
    readsInputs = node.opset >= 11
    bounds = (
      try node.attributes.float("min", default: -.greatestFiniteMagnitude),
      try node.attributes.float("max", default: .greatestFiniteMagnitude)
    )
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "input")
    for (index, name) in [(1, "min"), (2, "max")] where readsInputs && inputs.optional(index) != nil
    {
      guard try inputs.requiredFloat(index, name).shape.elementCount == 1 else {
        throw .wrongInput(name: name, reason: "must be a scalar")
      }
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    var (low, high) = bounds
    if readsInputs {
      low = call.optionalInput(1)?.floats[0] ?? low
      high = call.optionalInput(2)?.floats[0] ?? high
    }
    mapElements(call.input(0).floats, call.output.floats) { x in
      let raised = x > low ? x : low
      return raised < high ? raised : high
    }
  }
}
