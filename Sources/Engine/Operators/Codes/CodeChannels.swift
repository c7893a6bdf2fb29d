extension BlockCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredBytes(0, "X").shape
    guard shape.rank == 4, shape[1] == channels else {
      throw .shapeMismatch(reason: "X \(shape) must have \(channels) channels and two spatial axes")
    }
    return [TensorType(.uint8, ChannelBlocks.shape(shape))]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    ByteChannels(workers: call.workers).block(
      call.codes(0), batch: shape[0], channels: channels, pixels: shape[2] * shape[3],
      into: call.outputCodes)
  }
}

extension UnblockCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredBytes(0, "X").shape
    return [TensorType(.uint8, [shape[0], channels, shape[2], shape[3]])]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    ByteChannels(workers: call.workers).unblock(
      call.codes(0), batch: shape[0], channels: channels, pixels: shape[2] * shape[3],
      into: call.outputCodes)
  }
}

extension ConcatCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let first = try inputs.requiredBytes(0, "inputs").shape
    for index in inputs.indices {
      let shape = try inputs.requiredBytes(index, "inputs").shape
      guard shape[0] == first[0], shape[2] == first[2], shape[3] == first[3] else {
        throw .shapeMismatch(reason: "\(first) and \(shape) differ beside their channels")
      }
    }
    let dense: Shape = [first[0], channels.reduce(0, +), first[2], first[3]]
    return [TensorType(.uint8, ChannelBlocks.shape(dense))]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let sources = channels.indices.map {
      ByteChannels.Source(codes: call.codes($0), channels: channels[$0], table: tables[$0])
    }
    ByteChannels(workers: call.workers).concatenate(
      sources, batch: shape[0], pixels: shape[2] * shape[3], into: call.outputCodes)
  }
}
