/// Conv whose input, weights and output are 8-bit codes, computed on integers: what `usingIntegerSums` makes of it.
///
/// Inputs X (floats on the input's grid, N × C × … or blocked), W (int8), the scales of W and an int32 bias, M values
/// each. The output is on its own grid.
struct IntegerConv: OperatorKernel, MultiplyAccumulating, PairClamping {
  static let opType = "IntegerConv"
  static let domain = "calibrant"
  static let sinceVersion = 1

  private let attributes: Attributes
  private let group: Int
  private let layer: IntegerLayer
  private let isBlocked: Bool
  private let counted = CountedConvolution()
  private let convolution = CodeConvolution()

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

  func run(_ call: OperatorCall) throws(GraphError) {
    guard call.output.count > 0, let input = call.input(0).floats.baseAddress,
      let output = call.output.floats.baseAddress
    else { return }
    guard isBlocked else { return try runDense(call, input, output) }
    let x = call.input(0).shape
    let shape = try shape(x, call.input(1).shape)
    let weights = call.input(1).buffer(of: Int8.self)
    // The lanes of blocks that no channel has are requantized too.
    let requantization = ColumnRequantization(
      layer, scales: call.input(2).floats, bias: call.input(3).buffer(of: Int32.self),
      columns: ChannelBlocks.count(shape.outChannels) * ChannelBlocks.lanes)
    if layer.countsClamps || !multipliesCodes(shape) {
      counted.run(
        shape, layer,
        CountedConvolution.Operands(
          input: input, isBlocked: x.rank == 5, weights: weights, output: output), requantization,
        scratch: call.scratch, workers: call.workers)
    } else {
      convolution.run(
        shape, layer, input: input, isBlocked: x.rank == 5, weights: weights,
        requantization.subtracting(layer.inputZeroPoint, times: weights, depth: shape.depth),
        into: output, workers: call.workers)
    }
  }

  /// Whether blocks of output channels belong to one group each, pairs are clamped, and weights have no zero point.
  private func multipliesCodes(_ shape: ConvolutionShape) -> Bool {
    layer.clampsPairs && layer.weightZeroPoint == 0 && !shape.isPlainDepthwise
      && (shape.group == 1 || shape.outChannelsPerGroup % ChannelBlocks.lanes == 0)
  }

  /// Over any number of spatial axes, the plain way.
  private func runDense(
    _ call: OperatorCall, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) throws(GraphError) {
    let (x, w) = (call.input(0), call.input(1))
    let convolution = try SpatialConvolution(attributes, x: x.shape, w: w.shape)
    let weights = w.buffer(of: Int8.self)
    let codes = layer.codes(input, count: x.count)
    var sums = [Int32](repeating: 0, count: call.output.count)
    convolution.run(
      integers: codes, weights.map { Float(Int($0) - layer.weightZeroPoint) },
      clamping: layer.clampsPairs ? convolution.saturatingPairs(Array(weights)) : .none,
      zeroPoint: layer.inputZeroPoint, into: &sums, scratch: call.scratch)
    let places = call.output.shape.count(2...)
    let channels = call.output.shape[1]
    let (scales, bias) = (call.input(2).floats, call.input(3).buffer(of: Int32.self))
    for row in 0..<call.output.count / max(places, 1) {
      let channel = row % channels
      let requantization = ColumnRequantization(
        layer, scales: UnsafeBufferPointer(rebasing: scales[channel...channel]),
        bias: UnsafeBufferPointer(rebasing: bias[channel...channel]), columns: 1)
      sums.withUnsafeBufferPointer { sums in
        requantization.apply(
          sums.baseAddress! + row * places, rows: places, count: 1, into: output + row * places)
      }
    }
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    let y = outputs[0].shape
    let positions = isBlocked ? y[2] * y[3] : y.count(2...)
    return y[0] * positions * inputs[1].shape.elementCount
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
