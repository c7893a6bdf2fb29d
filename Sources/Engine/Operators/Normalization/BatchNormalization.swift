/// scale · (x − mean) / √(variance + ε) + bias per channel (axis 1), at inference.
/// https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
struct BatchNormalization: OperatorKernel, ActivationFusing {
  static let opType = "BatchNormalization"
  static let sinceVersion = 6

  private let epsilon: Float
  private let activation: Activation

  init(_ node: Node) throws(GraphError) {
    epsilon = try node.attributes.float("epsilon", default: 1e-5)
    activation = node.activation
    // Opset 6 trains unless told otherwise.
    let isInference =
      try node.opset < 7
      ? node.attributes.flag("is_test") : !node.attributes.flag("training_mode")
    guard isInference, try node.attributes.int("spatial", default: 1) == 1 else {
      throw .notImplemented(reason: "more than inference per channel")
    }
    guard node.outputs.dropFirst().allSatisfy({ $0 == nil }) else {
      throw .badAttribute(name: "outputs", reason: "beyond the first exist only in training")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    guard type.shape.rank >= 2 else {
      throw .shapeMismatch(reason: "X \(type.shape) has no channel axis")
    }
    for (index, name) in [(1, "scale"), (2, "B"), (3, "input_mean"), (4, "input_var")] {
      let shape = try inputs.requiredFloat(index, name).shape
      guard shape.dims == [type.shape[1]] else {
        throw .shapeMismatch(
          reason: "\(name) \(shape) does not match the channels of \(type.shape)")
      }
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let plane = shape.count(2...)
    let factors = BatchNormalizationFactors(
      scale: Array(call.input(1).floats), bias: Array(call.input(2).floats),
      mean: Array(call.input(3).floats), variance: Array(call.input(4).floats), epsilon: epsilon)
    guard let (x, y) = call.floats else { return }
    for row in 0..<shape[0] * shape[1] {
      let channel = row % shape[1]
      let (factor, offset) = (Float(factors.factor[channel]), Float(factors.offset[channel]))
      let (source, target) = (x + row * plane, y + row * plane)
      for i in 0..<plane { target[i] = source[i] * factor }
      activation.apply(target, count: plane, adding: offset)
    }
  }
}
