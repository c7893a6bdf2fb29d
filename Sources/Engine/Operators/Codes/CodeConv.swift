extension CodeConv {
  func kernel(of node: Node) -> any NodeKernel {
    isPlanar
      ? CodeConvKernel(conv: self, clampsPairs: node.clampsPairs)
      : SpatialCodeConv(conv: self, clampsPairs: node.clampsPairs)
  }
}

private struct CodeConvKernel: PlannedKernel, MultiplyAccumulating {
  let conv: CodeConv
  let clampsPairs: Bool

  /// What packed weights and their ending depend on.
  private struct Form: Hashable {
    let algorithm: ByteAlgorithm
    let shape: ConvolutionShape
    let input: CodeGrid
    let output: CodeGrid?
    let residual: CodeResidual?
    let weightZeroPoint: Int
    let scales: [Float]
    let clampsPairs: Bool
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
    let constants = try LayerConstants(inputs)
    let shape = try shape(inputs.required(0, "X").type.shape, constants.weights.shape)
    var layer = constants.layer(conv, to: conv.output, clampsPairs: clampsPairs)
    let output = Self.output(shape)
    let addsApart = inputs.optional(4).map { $0.type.shape != output } ?? false
    if !addsApart { layer.residual = conv.residual }
    let convolution = convolution(shape, layer, constants)
    var prepared: any PreparedKernel = Prepared(convolution: convolution)
    if addsApart, let residual = conv.residual {
      prepared = PreparedApart(convolution: convolution, output: output, residual: residual)
    }
    guard let clamps = conv.clamps else { return prepared }
    return counting(prepared, clamps, shape, layer)
  }

  private func convolution(
    _ shape: ConvolutionShape, _ layer: CodeLayer, _ constants: LayerConstants
  ) -> ByteConvolution {
    let algorithm = ByteAlgorithm(
      for: shape, layer, isBlocked: conv.readsBlocked, loops: .best)
    let form = Form(
      algorithm: algorithm, shape: shape.withoutImage, input: conv.input, output: conv.output,
      residual: layer.residual, weightZeroPoint: conv.weightZeroPoint, scales: constants.scales,
      clampsPairs: clampsPairs)
    let packed = constants.weights.packed(as: form, with: constants.bias) {
      ByteConvolution.Weights(shape, layer, for: algorithm)
    }
    return ByteConvolution(shape, zeroPoint: conv.input.zeroPoint, packed)
  }

  private func counting(
    _ prepared: any PreparedKernel, _ clamps: ClampCount, _ shape: ConvolutionShape,
    _ layer: CodeLayer
  ) -> ClampCounting {
    func sums(clampsPairs: Bool) -> ClampCounting.Sums {
      let layer = layer.sums(clampsPairs: clampsPairs)
      let algorithm = ByteAlgorithm(
        for: shape, layer, isBlocked: conv.readsBlocked, loops: .best)
      let convolution = ByteConvolution(shape, layer, algorithm)
      return { call, sums in
        convolution.run(
          call.codes(0), into: .values(sums), scratch: call.scratch, workers: call.workers)
      }
    }
    return ClampCounting(
      layer: prepared, clamps: clamps, count: shape.batch * shape.outChannels * shape.positions,
      size: Self.output(shape).elementCount, clamped: sums(clampsPairs: true),
      exact: sums(clampsPairs: false))
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
  let residual: CodeResidual

  func run(_ call: OperatorCall) {
    let codes = AlignedValues<UInt8>(output.elementCount)
    convolution.run(
      call.codes(0), into: .codes(codes.base), scratch: call.scratch, workers: call.workers)
    let own = TensorView(type: TensorType(.uint8, output), base: UnsafeRawPointer(codes.base))
    let (sum, other) = (residual.sum, call.input(4))
    if residual.isSecond {
      sum.combine(other, own, into: call.output, workers: call.workers)
    } else {
      sum.combine(own, other, into: call.output, workers: call.workers)
    }
  }
}
