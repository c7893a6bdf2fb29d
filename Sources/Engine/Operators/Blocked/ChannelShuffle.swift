extension ChannelShuffle: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    var type = try inputs.required(0, "data").type
    guard type.dtype == .float32 || type.dtype == .uint8 else {
      throw .wrongInput(name: "data", reason: "has type \(type.dtype)")
    }
    let pixels = type.shape.count(2...3)
    (type.shape[2], type.shape[3]) = (height, width)
    guard type.shape.count(2...3) == pixels else {
      throw .shapeMismatch(reason: "\(pixels) pixels cannot be reshaped to \(height) × \(width)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let pixels = shape.count(2...3)
    guard call.output.dtype == .float32 else {
      ByteChannels(workers: call.workers).gather(
        call.codes(0), of: channels, (0..<channels).map(source), batch: shape[0], pixels: pixels,
        into: call.outputCodes)
      return
    }
    let (blocks, plane) = (shape[1], pixels * ChannelBlocks.lanes)
    guard let (x, y) = call.floats else { return }
    call.workers.forEach(shape[0] * blocks) { index in
      let (image, block) = (index / blocks, index % blocks)
      withUnsafeBytes(of: sources(of: block, plane)) { sources in
        BlockLoops.best.table.pointee.gatherLanes(
          x + image * blocks * plane, sources.assumingMemoryBound(to: Int64.self).baseAddress,
          Int64(pixels), y + index * plane)
      }
    }
  }

  /// The channel that becomes another.
  private func source(of channel: Int) -> Int {
    channel % groups * (channels / groups) + channel / groups
  }

  /// Where the lanes of an output block come from, in the first pixel; lanes without a channel repeat the last one.
  private func sources(of block: Int, _ plane: Int) -> SIMD16<Int64> {
    let lanes = ChannelBlocks.lanes
    var sources = SIMD16<Int64>()
    for lane in 0..<lanes {
      let source = source(of: min(block * lanes + lane, channels - 1))
      sources[lane] = Int64(source / lanes * plane + source % lanes)
    }
    return sources
  }
}
