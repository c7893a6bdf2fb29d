import CKernels

/// Conv with constant weights and a blocked output: Y = epilogue(Conv(X, W, B) + R).
///
/// Inputs X (N × C × H × W or its blocked form), W, B, R; B and the residual R are optional. R is blocked and may be
/// anything that broadcasts with the convolution's output.
struct BlockedConv: OperatorKernel, MultiplyAccumulating {
  static let opType = "BlockedConv"
  static let domain = "calibrant"
  static let sinceVersion = 1

  private let attributes: Attributes
  private let group: Int
  private let epilogue: Epilogue
  private let convolution = BlockedConvolution()

  init(_ node: Node) throws(GraphError) {
    attributes = node.attributes
    group = try node.attributes.int("group", default: 1)
    epilogue = Epilogue(node)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.requiredFloat(1, "W").shape
    let output = outputShape(try shape(x, w))
    guard inputs.optional(3) != nil else { return [TensorType(.float32, output)] }
    let residual = try inputs.requiredFloat(3, "R").shape
    guard let sum = output.broadcast(with: residual) else {
      throw .shapeMismatch(reason: "shapes \(output) and \(residual) do not broadcast")
    }
    return [TensorType(.float32, sum)]
  }

  func shape(_ x: Shape, _ w: Shape) throws(GraphError) -> ConvolutionShape {
    let dense = x.rank == 5 ? [x[0], w[1] &* group, x[2], x[3]] : x
    let shape = try ConvolutionShape(attributes, group: group, dense, w)
    let plane = InputPlane(shape, lanes: x.rank == 5 ? ChannelBlocks.lanes : 1)
    try plane.checkSize()
    guard plane.imageSize <= Int(Int32.max) else {
      throw .shapeMismatch(reason: "an image of \(dense) is too large")
    }
    return shape
  }

  private func outputShape(_ shape: ConvolutionShape) -> Shape {
    ChannelBlocks.shape([shape.batch, shape.outChannels, shape.outHeight, shape.outWidth])
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (x, w, residual) = (call.input(0), call.input(1), call.optionalInput(3))
    let shape = try shape(x.shape, w.shape)
    guard let output = call.output.floats.baseAddress, call.output.count > 0 else { return }
    let own = outputShape(shape)
    if let residual, residual.shape != own || call.output.shape != own {
      try runApart(call, shape, residual)
      return
    }
    convolve(
      call, shape, epilogue.loops(adding: residual?.floats.baseAddress), into: output)
  }

  /// A residual of another shape cannot be added to tiles of the output.
  private func runApart(
    _ call: OperatorCall, _ shape: ConvolutionShape, _ residual: TensorView
  ) throws(GraphError) {
    let own = TensorType(.float32, outputShape(shape))
    let product = AlignedFloats(own.shape.elementCount)
    convolve(call, shape, CKEpilogue(), into: product.base)
    mapBroadcast(
      TensorView(type: own, base: UnsafeRawPointer(product.base)), residual, call.output,
      of: Float.self, Float.self
    ) { $0 + $1 }
    epilogue.apply(to: call.output.floats)
  }

  private func convolve(
    _ call: OperatorCall, _ shape: ConvolutionShape, _ epilogue: CKEpilogue,
    into output: UnsafeMutablePointer<Float>
  ) {
    guard let input = call.input(0).floats.baseAddress,
      let weights = call.input(1).floats.baseAddress
    else { return }
    convolution.run(
      shape, BlockedAlgorithm(for: shape, isBlocked: call.input(0).shape.rank == 5),
      BlockedConvolution.Operands(
        input: input, weights: weights, bias: call.optionalInput(2)?.floats.baseAddress,
        output: output),
      epilogue: epilogue, scratch: call.scratch, workers: call.workers)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    let y = outputs[0].shape
    return y[0] * y[2] * y[3] * inputs[1].shape.elementCount
  }
}
