import CKernels

extension ScaleToCodes: NodeKernel {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shapes = try sources.indices.map { index throws(GraphError) in
      try inputs.required(index, "x").type.shape
    }
    var joined = shapes[0]
    joined[1] = shapes.reduce(0) { $0 + $1[1] }
    let channels = joined[1] * ChannelBlocks.lanes
    for index in sources.count..<sources.count + 2 {
      guard try inputs.requiredFloat(index, "factor").shape.elementCount == channels else {
        throw .shapeMismatch(reason: "factors do not match the channels of \(joined)")
      }
    }
    return [TensorType(.uint8, joined)]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let (blocks, pixels) = (shape[1], shape[2] * shape[3])
    guard call.output.count > 0,
      let factors = call.input(sources.count).floats.baseAddress,
      let offsets = call.input(sources.count + 1).floats.baseAddress
    else { return }
    let places = sources.indices.flatMap { source in
      (0..<call.input(source).shape[1]).map { (source, $0) }
    }
    call.workers.forEach(shape[0] * blocks) { index in
      let (image, block) = index.quotientAndRemainder(dividingBy: blocks)
      let (source, own) = places[block]
      let plane = image * call.input(source).shape[1] + own
      let lanes = ChannelBlocks.lanes
      scale(
        call.input(source), from: plane * pixels * lanes, pixels, factors + block * lanes,
        offsets + block * lanes, sources[source], into: call.outputCodes + index * pixels * lanes)
    }
  }

  /// Pixels whose values stay in the first-level cache.
  private static let pixelsAtOnce = 256

  /// One plane.
  private func scale(
    _ x: TensorView, from start: Int, _ pixels: Int, _ factors: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Float>, _ grid: CodeGrid?, into y: UnsafeMutablePointer<UInt8>
  ) {
    let (loops, lanes) = (BlockLoops.best.table.pointee, ChannelBlocks.lanes)
    var (given, wanted) = (grid?.loops ?? CKCodeGrid(), output.loops)
    var epilogue = Epilogue(activation: activation).loops()
    let values = AlignedFloats(min(pixels, Self.pixelsAtOnce) * lanes)
    for first in stride(from: 0, to: pixels, by: Self.pixelsAtOnce) {
      let count = min(Self.pixelsAtOnce, pixels - first)
      let place = start + first * lanes
      var source = UnsafePointer(values.base)
      if grid == nil {
        source = x.base.assumingMemoryBound(to: Float.self) + place
      } else {
        loops.dequantize(
          x.base.assumingMemoryBound(to: UInt8.self) + place, Int64(count * lanes), &given,
          values.base)
      }
      loops.scaleShift(source, factors, offsets, Int64(count), values.base, &epilogue)
      loops.quantize(values.base, Int64(count * lanes), &wanted, y + first * lanes)
    }
  }
}
