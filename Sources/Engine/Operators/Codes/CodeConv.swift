extension CodeConv {
  func kernel(of node: Node) -> any NodeKernel { CodeConvKernel(conv: self) }
}

private struct CodeConvKernel: PlannedKernel, MultiplyAccumulating {
  let conv: CodeConv

  /// What packed weights and their ending depend on.
  private struct Form: Hashable {
    let algorithm: ByteAlgorithm
    let shape: ConvolutionShape
    let input: CodeGrid
    let output: CodeGrid?
    let residual: CodeResidual?
    let weightZeroPoint: Int
    let scales: [Float]
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredBytes(0, "X").shape
    let shape = try shape(x, try inputs.required(1, "W").type.shape)
    let output = Self.output(shape)
    guard conv.residual != nil else {
      return [TensorType(conv.output == nil ? .float32 : .uint8, output)]
    }
    let residual = try inputs.requiredBytes(4, "R").shape
    guard let sum = output.broadcast(with: residual) else {
      throw .shapeMismatch(reason: "shapes \(output) and \(residual) do not broadcast")
    }
    return [TensorType(.uint8, sum)]
  }

  private static func output(_ shape: ConvolutionShape) -> Shape {
    ChannelBlocks.shape([shape.batch, shape.outChannels, shape.outHeight, shape.outWidth])
  }

  private func shape(_ x: Shape, _ w: Shape) throws(GraphError) -> ConvolutionShape {
    let shape = try ConvolutionShape(
      conv.window, group: conv.group, x, isBlocked: conv.readsBlocked, w)
    try InputPlane(shape, lanes: ChannelBlocks.lanes).checkSize()
    return shape
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let w = try inputs.knownValue(1, "W")
    let bias = try inputs.knownValue(3, "bias")
    let scales = try inputs.knownValue(2, "scales").array(of: Float.self)
    let shape = try shape(inputs.required(0, "X").type.shape, w.shape)
    var layer = CodeLayer(
      input: conv.input, weights: w, zeroPoint: conv.weightZeroPoint, scales: scales, bias: bias,
      output: conv.output)
    let output = Self.output(shape)
    let addsApart = inputs.optional(4).map { $0.type.shape != output } ?? false
    if !addsApart { layer.residual = conv.residual }
    let algorithm = ByteAlgorithm(
      for: shape, layer, isBlocked: conv.readsBlocked, loops: .best)
    let form = Form(
      algorithm: algorithm, shape: shape.withoutImage, input: conv.input, output: conv.output,
      residual: layer.residual, weightZeroPoint: conv.weightZeroPoint, scales: scales)
    let packed = w.packed(as: form, with: bias) {
      ByteConvolution.Weights(shape, layer, for: algorithm)
    }
    let convolution = ByteConvolution(shape, zeroPoint: conv.input.zeroPoint, packed)
    guard addsApart, let residual = conv.residual, let grid = conv.output else {
      return Prepared(convolution: convolution)
    }
    let pair = CodePair(
      operation: .sum, left: grid, right: residual.grid, result: residual.total)
    return PreparedApart(convolution: convolution, output: output, pair: pair)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    let y = outputs[0].shape
    return y[0] * y[2] * y[3] * inputs[1].shape.elementCount
  }
}

private struct Prepared: PreparedKernel {
  let convolution: ByteConvolution

  func run(_ call: OperatorCall) {
    convolution.run(
      call.codes(0), into: call.layerOutput(residual: 4), scratch: call.scratch,
      workers: call.workers)
  }
}

/// With a residual of another shape, which cannot be added to tiles of the output.
private struct PreparedApart: PreparedKernel {
  let convolution: ByteConvolution
  let output: Shape
  let pair: CodePair

  func run(_ call: OperatorCall) {
    let codes = AlignedValues<UInt8>(output.elementCount)
    convolution.run(
      call.codes(0), into: .codes(codes.base), scratch: call.scratch, workers: call.workers)
    let own = TensorView(type: TensorType(.uint8, output), base: UnsafeRawPointer(codes.base))
    pair.combine(own, call.input(4), into: call.output, workers: call.workers)
  }
}
