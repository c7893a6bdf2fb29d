import CKernels

/// A convolution of each channel's codes with a kernel of its own, in exact sums.
struct ByteDepthwise {
  let shape: ConvolutionShape
  let weights: ByteDepthwiseWeights
  let loops: BlockLoops

  /// - Parameters:
  ///   - input: N × ⌈C/16⌉ × H × W × 16.
  ///   - output: N × ⌈C/16⌉ × OH × OW × 16.
  func run(
    _ input: UnsafePointer<UInt8>, zeroPoint: Int, into output: CodeLayerOutput,
    scratch: Scratch, workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let blocks = ChannelBlocks.count(shape.inChannels)
    let window = CKWindow(shape)
    // A line outside the plane, and what a step reads beyond it.
    let length = (shape.width + 8) * lanes
    let blank = scratch.bytes(length).assumingMemoryBound(to: UInt8.self)
    blank.update(repeating: UInt8(zeroPoint), count: length)
    workers.forEach(shape.batch * blocks) { plane in
      let block = plane % blocks
      var ending = weights.ending.loops(from: block)
      ending.keepsSums = output.keepsSums ? 1 : 0
      let target = output.advanced(by: plane * shape.positions * lanes)
      withUnsafePointer(to: window) { window in
        loops.table.pointee.depthwiseBytes(
          window, input + plane * shape.height * shape.width * lanes, blank,
          weights.values.base + block * weights.blockSize, &ending, target.codes, target.values)
      }
    }
  }
}

/// Depthwise weights as ⌈C/16⌉ × KH × ⌈KW/stepFactors⌉ × 16 × stepFactors, with zeros behind a row's last.
struct ByteDepthwiseWeights: Sendable {
  let values: AlignedValues<Int8>
  let blockSize: Int
  let ending: CodeEnding

  /// - Parameter layer: its weights are signed bytes; it has no residual.
  init(_ shape: ConvolutionShape, _ layer: CodeLayer, loops: BlockLoops) {
    let (lanes, factors) = (ChannelBlocks.lanes, loops.stepFactors)
    let row = (shape.kernelWidth + factors - 1) / factors * factors
    let blocks = ChannelBlocks.count(shape.outChannels)
    blockSize = shape.kernelHeight * row * lanes
    values = AlignedValues(blocks * blockSize)
    ending = CodeEnding(layer)
    for block in 0..<blocks {
      var packing = BytePacking(
        values.base + block * blockSize, width: lanes, stepFactors: factors)
      for tap in 0..<shape.kernelHeight * row {
        let (y, x) = tap.quotientAndRemainder(dividingBy: row)
        packing.append { lane in
          let channel = block * lanes + lane
          guard channel < shape.outChannels, x < shape.kernelWidth else { return 0 }
          return Int8(
            layer.weights[(channel * shape.kernelHeight + y) * shape.kernelWidth + x])
        }
      }
    }
  }
}
