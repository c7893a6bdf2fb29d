/// Convolution over one or two spatial axes. https://onnx.ai/onnx/operators/onnx__Conv.html
struct Conv: OperatorKernel, ActivationFusing, MultiplyAccumulating {
  static let opType = "Conv"
  static let sinceVersion = 1

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
    let shape = try shape(x, w)
    let spatial = x.rank == 3 ? [shape.outWidth] : [shape.outHeight, shape.outWidth]
    return [TensorType(.float32, Shape([shape.batch, shape.outChannels] + spatial))]
  }

  /// The loops' numbers; a 1-D convolution is a 2-D one of height 1.
  func shape(_ x: Shape, _ w: Shape) throws(GraphError) -> ConvolutionShape {
    guard x.rank == 3 || x.rank == 4, w.rank == x.rank else {
      throw .shapeMismatch(
        reason: "X \(x) and W \(w): convolutions over one or two spatial axes are implemented")
    }
    guard x[1] == w[1] * group, w[0] % group == 0 else {
      throw .shapeMismatch(
        reason: "X \(x) has \(x[1]) channels, W \(w) in \(group) groups takes \(w[1] * group)")
    }
    let kernel = Array(w.dims.dropFirst(2))
    if let declared = try attributes.ints("kernel_shape"), declared != kernel {
      throw .badAttribute(name: "kernel_shape", reason: "\(declared) is not that of W \(w)")
    }
    let window = try WindowGeometry(attributes, kernel: kernel)
    let resolved = try window.resolved(input: Array(x.dims.dropFirst(2)))
    let is1D = x.rank == 3
    func pair(_ values: [Int], _ fill: Int) -> (y: Int, x: Int) {
      is1D ? (fill, values[0]) : (values[0], values[1])
    }
    return ConvolutionShape(
      batch: x[0], inChannels: x[1], height: is1D ? 1 : x[2], width: x[x.rank - 1],
      outChannels: w[0], group: group,
      kernelHeight: pair(kernel, 1).y, kernelWidth: pair(kernel, 1).x,
      strideY: pair(window.strides, 1).y, strideX: pair(window.strides, 1).x,
      dilationY: pair(window.dilations, 1).y, dilationX: pair(window.dilations, 1).x,
      padTop: pair(resolved.padsBegin, 0).y, padLeft: pair(resolved.padsBegin, 0).x,
      outHeight: pair(resolved.output, 1).y, outWidth: pair(resolved.output, 1).x)
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (x, w) = (call.input(0), call.input(1))
    let shape = try shape(x.shape, w.shape)
    guard let input = x.floats.baseAddress, let weights = w.floats.baseAddress,
      let output = call.output.floats.baseAddress, call.output.count > 0
    else { return }
    let operands = ConvolutionOperands(
      weights: weights, bias: call.optionalInput(2)?.floats.baseAddress, activation: activation)
    switch ConvolutionAlgorithm(for: shape) {
    case .pointwise:
      GEMMConvolution.runPointwise(shape, input: input, operands, output: output)
    case .depthwise:
      DepthwiseConvolution.run(
        shape, input: input, operands, output: output, scratch: call.scratch)
    case .im2col:
      GEMMConvolution.run(shape, input: input, operands, output: output, scratch: call.scratch)
    }
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * inputs[1].shape.count(1...)
  }
}
