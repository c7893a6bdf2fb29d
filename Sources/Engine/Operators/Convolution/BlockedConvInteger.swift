/// ConvInteger over two spatial axes with known weights, on the kernels of `ByteConvolution`.
struct BlockedConvInteger: PreparedKernel {
  private let shape: ConvolutionShape
  private let weights: ByteConvolution.Weights
  /// Of each output, less zero points.
  private let weightSums: [Int32]
  private let isBlocked: Bool

  private struct Form: Hashable {
    let algorithm: ByteAlgorithm
    let shape: ConvolutionShape
  }

  /// nil where weights are not known, or spatial axes are not two.
  init?(_ attributes: Attributes, _ inputs: [Operand?]) throws(GraphError) {
    let x = try inputs.required(0, "x").type.shape
    guard x.rank == 4, let w = inputs.optional(1)?.constant else { return nil }
    let zeroPoint = inputs.optional(3)
    guard zeroPoint == nil || zeroPoint?.constant != nil else { return nil }
    shape = try ConvolutionShape(
      attributes, group: attributes.int("group", default: 1), x, w.shape)
    isBlocked = shape.group > 1 || shape.inChannels > ByteAlgorithm.denseChannels
    try InputPlane(shape, lanes: ChannelBlocks.lanes).checkSize()
    let layer = CodeLayer(sumsOf: Self.weights(w, zeroPoint?.constant), outputs: w.shape[0])
    weightSums = (0..<layer.outputs).map { layer.weightSum($0) }
    let algorithm = ByteAlgorithm(for: shape, layer, isBlocked: isBlocked, loops: .best)
    let form = Form(algorithm: algorithm, shape: shape.withoutImage)
    weights = w.packed(as: form, with: zeroPoint?.constant) { [shape] in
      ByteConvolution.Weights(shape, layer, for: algorithm)
    }
  }

  /// Less their zero points.
  private static func weights(_ w: Tensor, _ zeroPoint: Tensor?) -> [Int16] {
    let values = w.withView { w in
      zeroPoint.map { $0.withView { centred(w, zeroPoint: $0, along: 0) } }
        ?? centred(w, zeroPoint: nil, along: 0)
    }
    return values.map { Int16($0) }
  }

  func run(_ call: OperatorCall) {
    let zeroPoint = unsignedZeroPoint(of: call.input(0), call.optionalInput(2))[0]
    let blocks = ChannelBlocks.count(shape.outChannels)
    let sums = AlignedValues<Int32>(
      shape.batch * blocks * shape.positions * ChannelBlocks.lanes)
    call.input(0).withUnsignedCodes(workers: call.workers) { x in
      let input = blocked(x, call.workers)
      withExtendedLifetime(input) {
        ByteConvolution(shape, zeroPoint: zeroPoint, weights).run(
          input.map { UnsafePointer($0.base) } ?? x, into: .sums(sums.base), scratch: call.scratch,
          workers: call.workers)
      }
    }
    unblock(sums, Int32(zeroPoint), into: call.output.buffer(of: Int32.self), call.workers)
  }

  /// nil where the kernels read the image as it is.
  private func blocked(_ x: UnsafePointer<UInt8>, _ workers: Workers) -> AlignedValues<UInt8>? {
    guard isBlocked else { return nil }
    let pixels = shape.height * shape.width
    let codes = AlignedValues<UInt8>(
      shape.batch * ChannelBlocks.count(shape.inChannels) * pixels * ChannelBlocks.lanes)
    ByteChannels(workers: workers).block(
      x, batch: shape.batch, channels: shape.inChannels, pixels: pixels, into: codes.base)
    return codes
  }

  /// Sums of raw codes, of which what the zero point adds is taken.
  private func unblock(
    _ sums: AlignedValues<Int32>, _ zeroPoint: Int32, into y: UnsafeMutableBufferPointer<Int32>,
    _ workers: Workers
  ) {
    let (lanes, positions) = (ChannelBlocks.lanes, shape.positions)
    let blocks = ChannelBlocks.count(shape.outChannels)
    workers.forEach(shape.batch * shape.outChannels) { plane in
      let (image, m) = plane.quotientAndRemainder(dividingBy: shape.outChannels)
      let source = sums.base + (image * blocks + m / lanes) * positions * lanes + m % lanes
      let less = zeroPoint &* weightSums[m]
      for p in 0..<positions { y[plane * positions + p] = source[p * lanes] &- less }
    }
  }
}

extension CodeLayer {
  /// A layer whose results are sums of raw codes.
  /// - Parameter weights: M × depth.
  fileprivate init(sumsOf weights: [Int16], outputs: Int) {
    self.init(
      input: CodeGrid(scale: 1, zeroPoint: 0), weights: weights,
      weightScales: [Float](repeating: 1, count: outputs),
      bias: [Int32](repeating: 0, count: outputs), output: nil)
  }
}
