import CKernels

/// A convolution of each channel with a kernel of its own, on blocks of sixteen channels.
struct BlockedDepthwise {
  let shape: ConvolutionShape
  let weights: DepthwiseWeights
  let loops: BlockLoops

  /// - Parameters:
  ///   - input: N × ⌈C/16⌉ × H × W × 16.
  ///   - epilogue: its residual is laid out as the output.
  ///   - output: N × ⌈C/16⌉ × OH × OW × 16.
  func run(
    input: UnsafePointer<Float>, epilogue: CKEpilogue, output: UnsafeMutablePointer<Float>,
    workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let blocks = ChannelBlocks.count(shape.inChannels)
    let window = CKWindow(shape)
    workers.forEach(shape.batch * blocks) { plane in
      let block = plane % blocks
      let target = plane * shape.positions * lanes
      var own = epilogue
      if let residual = epilogue.residual { own.residual = residual + target }
      withUnsafePointer(to: window) { window in
        loops.table.pointee.depthwise(
          window, input + plane * shape.height * shape.width * lanes,
          weights.values.base + block * shape.kernelHeight * shape.kernelWidth * lanes,
          weights.bias.base + block * lanes, output + target, 0, Int32(shape.outHeight), &own)
      }
    }
  }
}

/// Depthwise weights as ⌈C/16⌉ × KH · KW × 16.
struct DepthwiseWeights: Sendable {
  let values: AlignedFloats
  let bias: AlignedFloats

  init(
    _ shape: ConvolutionShape, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?
  ) {
    let taps = shape.kernelHeight * shape.kernelWidth
    let lanes = ChannelBlocks.lanes
    self.bias = ChannelBlocks.padded(
      bias.map { UnsafeBufferPointer(start: $0, count: shape.outChannels) },
      channels: shape.outChannels)
    values = AlignedFloats(self.bias.count * taps)
    for channel in 0..<self.bias.count {
      for tap in 0..<taps {
        values[(channel / lanes * taps + tap) * lanes + channel % lanes] =
          channel < shape.outChannels ? weights[channel * taps + tap] : 0
      }
    }
  }
}

extension CKWindow {
  init(_ shape: ConvolutionShape) {
    self.init(
      height: Int32(shape.height), width: Int32(shape.width), outHeight: Int32(shape.outHeight),
      outWidth: Int32(shape.outWidth), kernelHeight: Int32(shape.kernelHeight),
      kernelWidth: Int32(shape.kernelWidth), strideY: Int32(shape.strideY),
      strideX: Int32(shape.strideX), dilationY: Int32(shape.dilationY),
      dilationX: Int32(shape.dilationX), padTop: Int32(shape.padTop),
      padLeft: Int32(shape.padLeft))
  }
}
