/// Convolution; over one or two spatial axes by kernels of their own, over more by the plain way. https://onnx.ai/onnx/operators/onnx__Conv.html
struct Conv: PlannedOperator, MultiplyAccumulating {
  static let opType = "Conv"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    fusesActivation: true,
    weight: OperatorTraits.Weight(input: 1) { _, rank in rank >= 3 ? 0 : nil })

  private let attributes: Attributes
  private let group: Int
  private let activation: Activation

  init(_ node: Node) throws(GraphError) {
    attributes = node.attributes
    group = try node.attributes.int("group", default: 1)
    guard group > 0 else { throw .badAttribute(name: "group", reason: "must be positive") }
    activation = node.activation
    // An attribute that no kernel shape could make valid is an error of the node, not of a run.
    if let kernel = try node.attributes.ints("kernel_shape") {
      _ = try WindowGeometry(node.attributes, kernel: kernel)
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.requiredFloat(1, "W").shape
    if inputs.optional(2) != nil {
      let bias = try inputs.requiredFloat(2, "B").shape
      guard bias.dims == [w.dims.first ?? -1] else {
        throw .shapeMismatch(reason: "bias \(bias) does not match the output channels of W \(w)")
      }
    }
    if x.rank > 4 {
      let plan = try SpatialConvolution(attributes, x: x, w: w)
      return [TensorType(.float32, plan.output)]
    }
    let shape = try ConvolutionShape(attributes, group: group, x, w)
    let spatial = x.rank == 3 ? [shape.outWidth] : [shape.outHeight, shape.outWidth]
    return [TensorType(.float32, Shape([shape.batch, shape.outChannels] + spatial))]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let (x, w) = (try inputs.required(0, "X").type.shape, try inputs.required(1, "W").type.shape)
    if x.rank > 4 {
      return ConvolutionOverManyAxes(
        convolution: try SpatialConvolution(attributes, x: x, w: w), activation: activation)
    }
    let shape = try ConvolutionShape(attributes, group: group, x, w)
    return DenseConvolution(
      shape: shape, algorithm: ConvolutionAlgorithm(for: shape), activation: activation)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * inputs[1].shape.count(1...)
  }
}

private struct DenseConvolution: PreparedKernel {
  let shape: ConvolutionShape
  let algorithm: ConvolutionAlgorithm
  let activation: Activation

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats, let weights = call.input(1).floats.baseAddress else { return }
    let operands = ConvolutionOperands(
      weights: weights, bias: call.optionalInput(2)?.floats.baseAddress, activation: activation)
    switch algorithm {
    case .pointwise: GEMMConvolution.runPointwise(shape, input: x, operands, output: y)
    case .im2col: GEMMConvolution.run(shape, input: x, operands, output: y, scratch: call.scratch)
    }
  }
}

private struct ConvolutionOverManyAxes: PreparedKernel {
  let convolution: SpatialConvolution
  let activation: Activation

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats, let weights = call.input(1).floats.baseAddress else { return }
    convolution.run(
      x, weights, bias: call.optionalInput(2)?.floats.baseAddress, into: y, scratch: call.scratch)
    activation.apply(y, count: call.output.count)
  }
}
