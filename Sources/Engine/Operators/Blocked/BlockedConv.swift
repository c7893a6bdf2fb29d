import CKernels

extension BlockedConv {
  static let traits = OperatorTraits(fusesActivation: true, fusesRounding: true)

  func kernel(of node: Node) -> any NodeKernel {
    BlockedConvKernel(conv: self, epilogue: Epilogue(node))
  }
}

struct BlockedConvKernel: PlannedKernel, MultiplyAccumulating {
  let conv: BlockedConv
  let epilogue: Epilogue

  /// What the order of packed weights depends on.
  private struct Form: Hashable {
    let algorithm: BlockedAlgorithm
    let shape: ConvolutionShape
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.requiredFloat(1, "W").shape
    let output = try shape(x, w).blockedOutput
    guard inputs.optional(3) != nil else { return [TensorType(.float32, output)] }
    let residual = try inputs.requiredFloat(3, "R").shape
    guard let sum = output.broadcast(with: residual) else {
      throw .shapeMismatch(reason: "shapes \(output) and \(residual) do not broadcast")
    }
    return [TensorType(.float32, sum)]
  }

  func shape(_ x: Shape, _ w: Shape) throws(GraphError) -> ConvolutionShape {
    let shape = try ConvolutionShape(
      conv.window, group: conv.group, x, isBlocked: conv.readsBlocked, w)
    let plane = InputPlane(shape, lanes: conv.readsBlocked ? ChannelBlocks.lanes : 1)
    try plane.checkSize()
    guard plane.imageSize <= Int(Int32.max) else {
      let image: Shape = [shape.batch, shape.inChannels, shape.height, shape.width]
      throw .shapeMismatch(reason: "an image of \(image) is too large")
    }
    return shape
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let (x, w) = (try inputs.required(0, "X").type.shape, try inputs.knownValue(1, "W"))
    let bias = inputs.optional(2) == nil ? nil : try inputs.knownValue(2, "B")
    let shape = try shape(x, w.shape)
    let algorithm = BlockedAlgorithm(for: shape, isBlocked: conv.readsBlocked)
    let form = Form(algorithm: algorithm, shape: shape.withoutImage)
    let packed = w.packed(as: form, with: bias) {
      w.withFloats { w in
        guard let bias else { return BlockedWeights(shape, for: algorithm, w, bias: nil) }
        return bias.withFloats { BlockedWeights(shape, for: algorithm, w, bias: $0) }
      }
    }
    return Prepared(
      convolution: BlockedConvolution(shape: shape, weights: packed), epilogue: epilogue,
      addsApart: inputs.optional(3).map { $0.type.shape != shape.blockedOutput } ?? false)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    let y = outputs[0].shape
    return y[0] * y[2] * y[3] * inputs[1].shape.elementCount
  }
}

extension ConvolutionShape {
  fileprivate var blockedOutput: Shape {
    ChannelBlocks.shape([batch, outChannels, outHeight, outWidth])
  }
}

private struct Prepared: PreparedKernel {
  let convolution: BlockedConvolution
  let epilogue: Epilogue
  /// Whether the residual has another shape, so that it cannot be added to tiles of the output.
  let addsApart: Bool

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    let residual = call.optionalInput(3)
    if addsApart, let residual { return runApart(call, x, residual) }
    convolution.run(
      x, epilogue: epilogue.loops(adding: residual?.floats.baseAddress), into: y,
      scratch: call.scratch, workers: call.workers)
  }

  private func runApart(
    _ call: OperatorCall, _ x: UnsafePointer<Float>, _ residual: TensorView
  ) {
    let own = TensorType(.float32, convolution.shape.blockedOutput)
    let product = AlignedFloats(own.shape.elementCount)
    convolution.run(x, into: product.base, scratch: call.scratch, workers: call.workers)
    mapBroadcast(
      TensorView(type: own, base: UnsafeRawPointer(product.base)), residual, call.output,
      of: Float.self, Float.self
    ) { $0 + $1 }
    epilogue.apply(to: call.output.floats)
  }
}
