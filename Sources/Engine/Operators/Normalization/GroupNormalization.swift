/// (x − mean) / √(variance + ε) over each group of channels, then scale and bias: one for each group before opset 21,
/// one for each channel since. https://onnx.ai/onnx/operators/onnx__GroupNormalization.html
struct GroupNormalization: OperatorKernel {
  static let opType = "GroupNormalization"
  static let sinceVersion = 18

  private let epsilon: Float
  private let groups: Int
  private let scalesGroups: Bool

  init(_ node: Node) throws(GraphError) {
    epsilon = try node.attributes.float("epsilon", default: 1e-5)
    groups = try node.attributes.int("num_groups", default: 0)
    scalesGroups = node.opset < 21
    guard groups > 0 else { throw .badAttribute(name: "num_groups", reason: "must be positive") }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    guard type.shape.rank >= 2, type.shape[1] % groups == 0 else {
      throw .shapeMismatch(reason: "X \(type.shape) does not divide into \(groups) groups")
    }
    let count = scalesGroups ? groups : type.shape[1]
    try inputs.checkPerChannel(1, "scale", count: count)
    try inputs.checkPerChannel(2, "bias", count: count)
    return [type]
  }

  func run(_ call: OperatorCall) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    let shape = call.output.shape
    let (perGroup, plane) = (shape[1] / groups, shape.count(2...))
    for row in 0..<shape[0] * groups where perGroup * plane > 0 {
      let start = row * perGroup * plane
      let (mean, factor) = moments(
        UnsafeBufferPointer(rebasing: x[start..<start + perGroup * plane]), epsilon: epsilon)
      for channel in 0..<perGroup {
        let index = scalesGroups ? row % groups : row % groups * perGroup + channel
        let (scale, bias) = (factor * call.input(1).floats[index], call.input(2).floats[index])
        let range = start + channel * plane..<start + (channel + 1) * plane
        mapElements(
          UnsafeBufferPointer(rebasing: x[range]), UnsafeMutableBufferPointer(rebasing: y[range])
        ) { ($0 - mean) * scale + bias }
      }
    }
  }
}
