import CKernels

extension ScaleShift {
  static let traits = OperatorTraits(fusesActivation: true, fusesRounding: true)

  func kernel(of node: Node) -> any NodeKernel { ScaleShiftKernel(epilogue: Epilogue(node)) }
}

private struct ScaleShiftKernel: NodeKernel {
  let epilogue: Epilogue

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "x")
    for (index, name) in [(1, "factor"), (2, "offset")] {
      let shape = try inputs.requiredFloat(index, name).shape
      guard x.shape.rank == 5, shape.elementCount == x.shape[1] * x.shape[4] else {
        throw .shapeMismatch(reason: "\(name) \(shape) does not match the channels of \(x.shape)")
      }
    }
    return [x]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let (blocks, plane) = (shape[1], shape[2] * shape[3] * shape[4])
    guard call.output.count > 0, let x = call.input(0).floats.baseAddress,
      let factor = call.input(1).floats.baseAddress,
      let offset = call.input(2).floats.baseAddress, let y = call.output.floats.baseAddress
    else { return }
    call.workers.forEach(shape[0] * blocks) { index in
      let channel = index % blocks * ChannelBlocks.lanes
      var loops = epilogue.loops()
      BlockLoops.best.table.pointee.scaleShift(
        x + index * plane, factor + channel, offset + channel, Int64(shape[2] * shape[3]),
        y + index * plane, &loops)
    }
  }
}
