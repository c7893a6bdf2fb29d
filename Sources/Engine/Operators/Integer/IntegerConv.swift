extension IntegerConv {
  func kernel(of node: Node) -> any NodeKernel { IntegerConvKernel(conv: self) }
}

private struct IntegerConvKernel: PlannedKernel, MultiplyAccumulating, PairClamping {
  let conv: IntegerConv

  /// What the order of packed codes depends on.
  private struct StripForm: Hashable {
    let shape: ConvolutionShape
  }

  /// What digits and their order depend on.
  private struct DigitForm: Hashable {
    let shape: ConvolutionShape
    let isBlocked: Bool
    let clampsPairs: Bool
    let inputZeroPoint: Int
    let weightZeroPoint: Int
  }

  private var layer: IntegerLayer { conv.layer }
  var clamps: ClampCount { layer.clamps }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.required(1, "W").type.shape
    guard conv.layout != .dense else {
      return [TensorType(.float32, try denseConvolution(x, w).output)]
    }
    let shape = try shape(x, w)
    return [
      TensorType(
        .float32,
        ChannelBlocks.shape([shape.batch, shape.outChannels, shape.outHeight, shape.outWidth]))
    ]
  }

  private func shape(_ x: Shape, _ w: Shape) throws(GraphError) -> ConvolutionShape {
    let shape = try ConvolutionShape(
      conv.window, group: conv.group, x, isBlocked: conv.layout == .blocked, w)
    try InputPlane(shape, lanes: 1).checkSize()
    return shape
  }

  private func denseConvolution(_ x: Shape, _ w: Shape) throws(GraphError) -> SpatialConvolution {
    try SpatialConvolution(conv.window, group: conv.group, x: x, w: w)
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let x = try inputs.required(0, "X").type.shape
    let w = try inputs.knownValue(1, "W")
    let (scales, bias) = (try inputs.knownValue(2, "scales"), try inputs.knownValue(3, "bias"))
    let weights = w.array(of: Int8.self)
    func requantization(columns: Int) -> ColumnRequantization {
      ColumnRequantization(
        layer, scales: scales.array(of: Float.self), bias: bias.array(of: Int32.self),
        columns: columns)
    }
    guard conv.layout != .dense else {
      let convolution = try denseConvolution(x, w.shape)
      return DenseIntegerConvolution(
        convolution: convolution, layer: layer,
        weights: weights.map { Float(Int($0) - layer.weightZeroPoint) },
        pairs: layer.clampsPairs ? convolution.saturatingPairs(weights) : .none,
        requantization: requantization(columns: convolution.outChannels))
    }
    let shape = try shape(x, w.shape)
    let isBlocked = conv.layout == .blocked
    // The lanes of blocks that no channel has are requantized too.
    let columns = ChannelBlocks.count(shape.outChannels) * ChannelBlocks.lanes
    guard !layer.countsClamps, multipliesCodes(shape) else {
      let form = DigitForm(
        shape: shape.withoutImage, isBlocked: isBlocked, clampsPairs: layer.clampsPairs,
        inputZeroPoint: layer.inputZeroPoint, weightZeroPoint: layer.weightZeroPoint)
      return CountedConvolution(
        shape: shape, layer: layer,
        weights: w.packed(as: form) { .init(weights, shape, layer, isBlocked: isBlocked) },
        isBlocked: isBlocked, requantization: requantization(columns: columns))
    }
    return CodeConvolution(
      shape: shape, layer: layer,
      strips: w.packed(as: StripForm(shape: shape.withoutImage)) {
        CodeStrip.all(shape, weights)
      },
      isBlocked: isBlocked,
      requantization: requantization(columns: columns).subtracting(
        layer.inputZeroPoint, times: weights, depth: shape.depth))
  }

  /// Whether blocks of output channels belong to one group each, pairs are clamped, and weights have no zero point.
  private func multipliesCodes(_ shape: ConvolutionShape) -> Bool {
    layer.clampsPairs && layer.weightZeroPoint == 0 && !shape.isPlainDepthwise
      && (shape.group == 1 || shape.outChannelsPerGroup % ChannelBlocks.lanes == 0)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    let y = outputs[0].shape
    let positions = conv.layout == .dense ? y.count(2...) : y[2] * y[3]
    return y[0] * positions * inputs[1].shape.elementCount
  }
}

extension CountedConvolution: PreparedKernel {
  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    run(x, into: y, scratch: call.scratch, workers: call.workers)
  }
}

extension CodeConvolution: PreparedKernel {
  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    run(x, into: y, workers: call.workers)
  }
}

/// Over any number of spatial axes, the plain way.
private struct DenseIntegerConvolution: PreparedKernel {
  let convolution: SpatialConvolution
  let layer: IntegerLayer
  /// Less their zero point.
  let weights: [Float]
  let pairs: SaturatingPairs
  let requantization: ColumnRequantization

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    let codes = layer.codes(x, count: call.input(0).count)
    var sums = [Int32](repeating: 0, count: call.output.count)
    convolution.run(
      integers: codes, weights, clamping: pairs, zeroPoint: layer.inputZeroPoint, into: &sums,
      scratch: call.scratch)
    let places = call.output.shape.count(2...)
    sums.withUnsafeBufferPointer { sums in
      for row in 0..<call.output.count / max(places, 1) {
        requantization.apply(
          sums.baseAddress! + row * places, rows: places, first: row % convolution.outChannels,
          count: 1, into: y + row * places)
      }
    }
  }
}

extension IntegerLayer {
  /// Codes less their zero point.
  func codes(_ x: UnsafePointer<Float>, count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      BlockLoops.best.table.pointee.steps(x, Int64(count), inputScale, buffer.baseAddress)
      initialized = count
    }
  }
}

extension SpatialConvolution {
  /// Nothing for unsigned weights, whose products kernels widen.
  func saturatingPairs(of weights: TensorView) -> SaturatingPairs {
    weights.dtype == .int8 ? saturatingPairs(Array(weights.buffer(of: Int8.self))) : .none
  }

  /// Nothing where kernels compute a convolution of single channels exactly.
  func saturatingPairs(_ codes: [Int8]) -> SaturatingPairs {
    guard !isDepthwise else { return .none }
    return SaturatingPairs(
      codes, PairOrder(channels: inChannels / group, positions: taps.kernelCount))
  }

  /// One input and one output channel per group.
  var isDepthwise: Bool { inChannels == group && outChannels == group }
}
