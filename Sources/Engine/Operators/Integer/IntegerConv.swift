/// Conv whose input, weights and output are 8-bit codes, computed on integers: what `usingIntegerSums` makes of it.
///
/// Inputs X (floats on the input's grid, N × C × … or blocked), W (int8), the scales of W and an int32 bias, M values
/// each. The output is on its own grid.
struct IntegerConv: PlannedOperator, MultiplyAccumulating, PairClamping {
  static let opType = "IntegerConv"
  static let domain = "calibrant"
  static let sinceVersion = 1

  private let attributes: Attributes
  private let group: Int
  private let layer: IntegerLayer
  private let isBlocked: Bool
  private let strips = PackedForms<Bool, [CodeStrip]>()
  private let digits = PackedForms<Bool, CountedConvolution.Weights>()

  var clamps: ClampCount { layer.clamps }

  init(_ node: Node) throws(GraphError) {
    attributes = node.attributes
    group = try node.attributes.int("group", default: 1)
    isBlocked = try node.attributes.flag("blocked")
    layer = try IntegerLayer(node)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.required(1, "W").type.shape
    guard isBlocked else {
      return [TensorType(.float32, try SpatialConvolution(attributes, x: x, w: w).output)]
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
      attributes, group: group, x.rank == 5 ? [x[0], w[1] &* group, x[2], x[3]] : x, w)
    try InputPlane(shape, lanes: 1).checkSize()
    return shape
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
    guard isBlocked else {
      let convolution = try SpatialConvolution(attributes, x: x, w: w.shape)
      return DenseIntegerConvolution(
        convolution: convolution, layer: layer,
        weights: weights.map { Float(Int($0) - layer.weightZeroPoint) },
        pairs: layer.clampsPairs ? convolution.saturatingPairs(weights) : .none,
        requantization: requantization(columns: convolution.outChannels))
    }
    let shape = try shape(x, w.shape)
    let isBlocked = x.rank == 5
    // The lanes of blocks that no channel has are requantized too.
    let columns = ChannelBlocks.count(shape.outChannels) * ChannelBlocks.lanes
    guard !layer.countsClamps, multipliesCodes(shape) else {
      return CountedConvolution(
        shape: shape, layer: layer,
        weights: digits.packed(isBlocked) { .init(weights, shape, layer, isBlocked: isBlocked) },
        isBlocked: isBlocked, requantization: requantization(columns: columns))
    }
    return CodeConvolution(
      shape: shape, layer: layer,
      strips: strips.packed(isBlocked) { CodeStrip.all(shape, weights) },
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
    let positions = isBlocked ? y[2] * y[3] : y.count(2...)
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
