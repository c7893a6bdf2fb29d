extension BlockChannels: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    guard shape.rank == 4 else {
      throw .shapeMismatch(reason: "X \(shape) must have two spatial axes")
    }
    guard shape[1] == channels else {
      throw .shapeMismatch(reason: "X \(shape) has \(shape[1]) channels where \(channels) are read")
    }
    return [TensorType(.float32, ChannelBlocks.shape(shape))]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    guard let (x, y) = call.floats else { return }
    ChannelBlocks.forEachBlock(shape, call.workers) { channels, dense, blocked, pixels in
      BlockLoops.best.table.pointee.block(x + dense, channels, pixels, y + blocked)
    }
  }
}

extension UnblockChannels: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    return [TensorType(.float32, [shape[0], channels, shape[2], shape[3]])]
  }

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    ChannelBlocks.forEachBlock(call.output.shape, call.workers) {
      channels, dense, blocked, pixels in
      BlockLoops.best.table.pointee.unblock(x + blocked, channels, pixels, y + dense)
    }
  }
}

extension ChannelBlocks {
  /// Calls `body` with each block of an N × C × H × W tensor: how many channels it has, where it starts in the dense
  /// and in the blocked form, and the pixels of a plane.
  fileprivate static func forEachBlock(
    _ shape: Shape, _ workers: Workers,
    _ body: (_ channels: Int32, _ dense: Int, _ blocked: Int, _ pixels: Int64) -> Void
  ) {
    let (channels, pixels, blocks) = (shape[1], shape[2] * shape[3], count(shape[1]))
    workers.forEach(shape[0] * blocks) { index in
      let (image, block) = (index / blocks, index % blocks)
      body(
        Int32(min(lanes, channels - block * lanes)),
        (image * channels + block * lanes) * pixels, index * pixels * lanes, Int64(pixels))
    }
  }
}
