import CKernels

extension MaxPoolCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try blockedPoolType(window, inputs)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let pool = try PoolGeometry(window, blocked: call.input(0).shape)
    BytePools().largest(
      call.codes(0), CKWindow(pool), planes: pool.planes, into: call.outputCodes,
      workers: call.workers)
  }
}

extension AveragePoolCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try blockedPoolType(window, inputs)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let pool = try PoolGeometry(window, blocked: call.input(0).shape)
    BytePools().mean(
      call.codes(0), input, CKWindow(pool), planes: pool.planes,
      divisor: countsPadding ? window.kernel.reduce(1, *) : nil, to: output,
      into: call.outputCodes, workers: call.workers)
  }
}

extension GlobalAveragePoolCodes: NodeKernel {
  /// Whose sum fits 32 bits.
  private static let mostPixels = 1 << 23

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredBytes(0, "X").shape
    guard shape[2] * shape[3] <= Self.mostPixels else {
      throw .shapeMismatch(reason: "X has more than \(Self.mostPixels) pixels")
    }
    return [TensorType(.uint8, [shape[0], channels, 1, 1])]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    BytePools().globalMean(
      call.codes(0), input, batch: shape[0], channels: channels, height: shape[2],
      width: shape[3], to: output, into: call.outputCodes, workers: call.workers)
  }
}

private func blockedPoolType(
  _ window: WindowGeometry, _ inputs: [Operand?]
) throws(GraphError) -> TensorType {
  let pool = try PoolGeometry(window, blocked: try inputs.requiredBytes(0, "X").shape)
  return TensorType(.uint8, Shape(pool.output.dims + [ChannelBlocks.lanes]))
}
