/// scale · (x − mean) / √(variance + ε) + bias per channel (axis 1). At inference mean and variance are inputs; in training
/// they are those of the batch, and the running ones, which go with momentum, are outputs.
/// https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
struct BatchNormalization: OperatorKernel {
  static let opType = "BatchNormalization"
  static let sinceVersion = 6
  static let traits = OperatorTraits(fusesActivation: true)

  private let epsilon: Float
  private let momentum: Float
  private let isTraining: Bool
  private let outputCount: Int
  private let activation: Activation

  init(_ node: Node) throws(GraphError) {
    epsilon = try node.attributes.float("epsilon", default: 1e-5)
    activation = node.activation
    // Opset 6 trains unless told otherwise.
    // Before opset 14 the outputs that only training has tell.
    isTraining =
      try node.opset < 14
      ? node.opset >= 7 && node.outputs.dropFirst().contains { $0 != nil }
      : node.attributes.flag("training_mode")
    let isOldTraining = try node.opset < 7 ? !node.attributes.flag("is_test") : false
    guard !isOldTraining, try node.attributes.int("spatial", default: 1) == 1 else {
      throw .notImplemented(reason: "training before opset 7, or parameters per element")
    }
    guard isTraining || node.outputs.dropFirst().allSatisfy({ $0 == nil }) else {
      throw .badAttribute(name: "outputs", reason: "beyond the first exist only in training")
    }
    momentum = try node.attributes.float("momentum", default: 0.9)
    outputCount = isTraining ? min(node.outputs.count, node.opset < 14 ? 5 : 3) : 1
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
    return [type] + (1..<outputCount).map { _ in TensorType(.float32, [type.shape[1]]) }
  }

  func run(_ call: OperatorCall) {
    var (mean, variance) = (Array(call.input(3).floats), Array(call.input(4).floats))
    if isTraining {
      let batch = batchMoments(call.input(0))
      let running = [(mean, batch.mean), (variance, batch.variance)].map { old, new in
        zip(old, new).map { $0 * momentum + $1 * (1 - momentum) }
      }
      for (output, values) in zip(call.outputs.dropFirst(), running + [batch.mean, batch.variance])
      {
        _ = output.floats.update(fromContentsOf: values)
      }
      (mean, variance) = batch
    }
    let factors = BatchNormalizationFactors(
      scale: Array(call.input(1).floats), bias: Array(call.input(2).floats),
      mean: mean, variance: variance, epsilon: epsilon)
    normalize(call, factors)
  }

  /// Mean and variance of each channel over batch and space, in double precision.
  private func batchMoments(_ x: TensorView) -> (mean: [Float], variance: [Float]) {
    let (shape, values) = (x.shape, x.floats)
    let plane = shape.count(2...)
    let count = Double(shape[0] * plane)
    func mean(_ channel: Int, _ f: (Double) -> Double) -> Double {
      let total = (0..<shape[0]).reduce(0.0) { total, sample in
        let start = (sample * shape[1] + channel) * plane
        return values[start..<start + plane].reduce(total) { $0 + f(Double($1)) }
      }
      return total / count
    }
    let means = (0..<shape[1]).map { mean($0) { $0 } }
    let variances = means.enumerated().map { channel, center in
      mean(channel) { ($0 - center) * ($0 - center) }
    }
    return (means.map { Float($0) }, variances.map { Float($0) })
  }

  private func normalize(_ call: OperatorCall, _ factors: BatchNormalizationFactors) {
    let shape = call.output.shape
    let plane = shape.count(2...)
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
