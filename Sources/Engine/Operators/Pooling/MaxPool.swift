/// The largest element under a sliding window; padding never counts.
/// https://onnx.ai/onnx/operators/onnx__MaxPool.html
struct MaxPool: OperatorKernel {
  static let opType = "MaxPool"
  static let sinceVersion = 1

  private let window: WindowGeometry

  init(_ node: Node) throws(GraphError) {
    guard let kernel = try node.attributes.ints("kernel_shape") else {
      throw .badAttribute(name: "kernel_shape", reason: "is missing")
    }
    guard node.outputs.dropFirst().allSatisfy({ $0 == nil }) else {
      throw .badAttribute(name: "outputs", reason: "beyond the first (indices) are not implemented")
    }
    window = try WindowGeometry(node.attributes, kernel: kernel)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    return [TensorType(.float32, try PoolGeometry(window, input: type.shape).output)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let pool = try PoolGeometry(window, input: call.input(0).shape)
    sweepWindows(
      pool, call, neutral: -.infinity, combine: { $1 > $0 ? $1 : $0 }, finish: { _, _ in })
  }
}
