import CKernels

extension BlockedMaxPool: PlannedKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try blockedPoolType(window, inputs)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    BlockedSweep(pool: try PoolGeometry(window, blocked: inputs.required(0, "X").type.shape)) {
      BlockLoops.best.table.pointee.maxPool($0, $1, $2)
    }
  }
}

extension BlockedAveragePool: PlannedKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try blockedPoolType(window, inputs)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let divisor = countsPadding ? Float(window.kernel.reduce(1, *)) : 0
    return BlockedSweep(
      pool: try PoolGeometry(window, blocked: inputs.required(0, "X").type.shape)
    ) { BlockLoops.best.table.pointee.averagePool($0, $1, $2, divisor) }
  }
}

extension BlockedGlobalAveragePool: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "X").shape
    return [TensorType(.float32, [shape[0], channels, 1, 1])]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    let (lanes, pixels) = (ChannelBlocks.lanes, shape[2] * shape[3])
    guard call.output.count > 0, let x = call.input(0).floats.baseAddress else { return }
    let output = call.output.floats
    let sums = call.scratch.floats(lanes)
    for block in 0..<shape[0] * shape[1] {
      BlockLoops.best.table.pointee.planeSum(x + block * pixels * lanes, Int64(pixels), sums)
      let first = block % shape[1] * lanes
      let target = block / shape[1] * channels + first
      for lane in 0..<min(lanes, channels - first) {
        output[target + lane] = sums[lane] / Float(pixels)
      }
    }
  }
}

private func blockedPoolType(
  _ window: WindowGeometry, _ inputs: [Operand?]
) throws(GraphError) -> TensorType {
  let pool = try PoolGeometry(window, blocked: try inputs.requiredFloat(0, "X").shape)
  return TensorType(.float32, Shape(pool.output.dims + [ChannelBlocks.lanes]))
}

extension PoolGeometry {
  /// The geometry over the planes of a blocked input.
  init(_ window: WindowGeometry, blocked x: Shape) throws(GraphError) {
    try self.init(window, input: Shape(Array(x.dims.prefix(4))))
  }
}

/// A loop over the planes of a blocked input and of its output.
private struct BlockedSweep: PreparedKernel {
  let pool: PoolGeometry
  let loop:
    @Sendable (UnsafePointer<CKWindow>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void

  func run(_ call: OperatorCall) {
    guard let (x, y) = call.floats else { return }
    let lanes = ChannelBlocks.lanes
    let window = CKWindow(pool)
    call.workers.forEach(pool.planes) { plane in
      withUnsafePointer(to: window) {
        loop(
          $0, x + plane * pool.height * pool.width * lanes,
          y + plane * pool.outHeight * pool.outWidth * lanes)
      }
    }
  }
}

extension CKWindow {
  init(_ pool: PoolGeometry) {
    self.init(
      height: Int32(pool.height), width: Int32(pool.width), outHeight: Int32(pool.outHeight),
      outWidth: Int32(pool.outWidth), kernelHeight: Int32(pool.kernel.y),
      kernelWidth: Int32(pool.kernel.x), strideY: Int32(pool.stride.y),
      strideX: Int32(pool.stride.x), dilationY: Int32(pool.dilation.y),
      dilationX: Int32(pool.dilation.x), padTop: Int32(pool.padBegin.y),
      padLeft: Int32(pool.padBegin.x))
  }
}
