/// The p-norm over all spatial axes. https://onnx.ai/onnx/operators/onnx__GlobalLpPool.html
struct GlobalLpPool: OperatorKernel {
  static let opType = "GlobalLpPool"
  static let sinceVersion = 2

  private let p: Int

  init(_ node: Node) throws(GraphError) {
    p = try node.attributes.int("p", default: 2)
    guard p > 0 else { throw .badAttribute(name: "p", reason: "must be positive") }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try globalPoolType(inputs)]
  }

  func run(_ call: OperatorCall) {
    let plane = call.input(0).shape.count(2...)
    for index in 0..<call.output.count {
      let values = UnsafeBufferPointer(
        rebasing: call.input(0).floats[index * plane..<(index + 1) * plane])
      call.output.floats[index] = root(sum(values) { power($0, p) }, p)
    }
  }
}
