extension BlockedConcat: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let first = try inputs.requiredFloat(0, "inputs").shape
    for index in inputs.indices {
      let shape = try inputs.requiredFloat(index, "inputs").shape
      guard shape[0] == first[0], shape[2] == first[2], shape[3] == first[3] else {
        throw .shapeMismatch(reason: "\(first) and \(shape) differ beside their channels")
      }
    }
    return [
      TensorType(
        .float32, ChannelBlocks.shape([first[0], channels.reduce(0, +), first[2], first[3]]))
    ]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let plane = shape[2] * shape[3] * ChannelBlocks.lanes
    guard call.output.count > 0, let y = call.output.floats.baseAddress else { return }
    call.workers.forEach(shape[0]) { image in
      var first = 0
      for (index, count) in channels.enumerated() {
        guard let x = call.input(index).floats.baseAddress else { continue }
        let source = x + image * ChannelBlocks.count(count) * plane
        copy(source, count, into: y + image * shape[1] * plane, first, plane)
        first += count
      }
    }
  }

  /// Copies the channels of one image's input to those of the output that start with `first`.
  private func copy(
    _ x: UnsafePointer<Float>, _ count: Int, into y: UnsafeMutablePointer<Float>, _ first: Int,
    _ plane: Int
  ) {
    let lanes = ChannelBlocks.lanes
    guard first % lanes > 0 else {
      (y + first / lanes * plane).update(from: x, count: ChannelBlocks.count(count) * plane)
      return
    }
    // A block of the input lies across two of the output: its lower lanes end one, its upper lanes begin the next.
    let shift = first % lanes
    for block in 0..<ChannelBlocks.count(count) {
      let source = x + block * plane
      let existing = min(lanes, count - block * lanes)
      let lower = y + (first / lanes + block) * plane
      let (inLower, inUpper) = (min(lanes - shift, existing), max(0, existing - (lanes - shift)))
      for pixel in stride(from: 0, to: plane, by: lanes) {
        for lane in 0..<inLower { lower[pixel + shift + lane] = source[pixel + lane] }
        for lane in 0..<inUpper {
          lower[plane + pixel + lane] = source[pixel + lanes - shift + lane]
        }
      }
    }
  }
}
