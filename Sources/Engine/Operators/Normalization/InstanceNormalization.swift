/// scale · (x − mean) / √(variance + ε) + bias, for each channel of each sample over its own elements.
/// https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html
struct InstanceNormalization: OperatorKernel {
  static let opType = "InstanceNormalization"
  static let sinceVersion = 1

  private let epsilon: Float

  init(_ node: Node) throws(GraphError) {
    epsilon = try node.attributes.float("epsilon", default: 1e-5)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "input")
    guard type.shape.rank >= 2 else {
      throw .shapeMismatch(reason: "input \(type.shape) has no channel axis")
    }
    try inputs.checkPerChannel(1, "scale", count: type.shape[1])
    try inputs.checkPerChannel(2, "B", count: type.shape[1])
    return [type]
  }

  func run(_ call: OperatorCall) {
    let (x, y) = (call.input(0), call.output)
    let plane = x.shape.count(2...)
    for row in 0..<x.shape[0] * x.shape[1] where plane > 0 {
      let range = row * plane..<(row + 1) * plane
      let values = UnsafeBufferPointer(rebasing: x.floats[range])
      let (mean, factor) = moments(values, epsilon: epsilon)
      let channel = row % x.shape[1]
      let (scale, bias) = (factor * call.input(1).floats[channel], call.input(2).floats[channel])
      mapElements(values, UnsafeMutableBufferPointer(rebasing: y.floats[range])) {
        ($0 - mean) * scale + bias
      }
    }
  }
}
