import CKernels

/// A convolution of codes as products of pixel strips with weights: as `DirectConvolution`, in exact sums.
struct DirectByteConvolution {
  let shape: ConvolutionShape
  let weights: ByteWeights

  /// - Parameters:
  ///   - input: N × C × H × W codes, dense or blocked as the weights expect.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    _ input: UnsafePointer<UInt8>, zeroPoint: Int, into output: CodeLayerOutput, scratch: Scratch,
    workers: Workers
  ) {
    let planes = BytePlanes(
      shape, lanes: weights.order.lanes, zeroPoint: zeroPoint, weights.product)
    let free = scratch.bytes(planes.scratchSize)
    let outImage = ChannelBlocks.count(shape.outChannels) * shape.positions * ChannelBlocks.lanes
    for image in 0..<shape.batch {
      let source = planes.prepare(input + image * planes.givenSize, free, workers: workers)
      run(planes.plane, source, output, from: image * outImage, workers)
    }
  }

  /// Where clamped products may be exact.
  private func largestCodes(
    _ plane: InputPlane, _ input: UnsafePointer<UInt8>, _ workers: Workers
  ) -> LargestCodes? {
    guard weights.limits != nil else { return nil }
    let pixels = plane.height * plane.width
    return LargestCodes(
      input, planes: plane.imageSize / (pixels * plane.lanes), pixels: pixels, lanes: plane.lanes,
      step: plane.stride.x, run: max(1, weights.order.length / plane.lanes), weights.product.loops,
      workers)
  }

  private func run(
    _ plane: InputPlane, _ input: UnsafePointer<UInt8>, _ output: CodeLayerOutput,
    from first: Int, _ workers: Workers
  ) {
    let bands = Bands(shape, plane, elementSize: weights.product.elementSize)
    let strips = weights.strips
    let chunks = min(workers.count, strips.count)
    let offsets = strips.first.map { self.offsets($0, plane) } ?? []
    let largest = largestCodes(plane, input, workers)
    workers.forEach(bands.count * chunks) { unit in
      let (band, chunk) = (bands[unit / chunks], unit % chunks)
      for strip in strips[strips.count * chunk / chunks..<strips.count * (chunk + 1) / chunks] {
        let own = shape.group == 1 ? offsets : self.offsets(strip, plane)
        multiply(strip, own, band, plane, input, largest, output, from: first)
      }
    }
  }

  private func offsets(_ strip: ByteWeights.Strip, _ plane: InputPlane) -> [Int32] {
    let once = weights.order.offsets(
      strip.outputs.channels, plane, elementSize: weights.product.elementSize)
    return Array(repeatElement(once, count: weights.digits).joined())
  }

  private func multiply(
    _ strip: ByteWeights.Strip, _ offsets: [Int32], _ band: Bands.Band, _ plane: InputPlane,
    _ input: UnsafePointer<UInt8>, _ largest: LargestCodes?, _ output: CodeLayerOutput,
    from first: Int
  ) {
    let (outputs, lanes) = (strip.outputs, ChannelBlocks.lanes)
    let outPlane = shape.positions * lanes
    offsets.withUnsafeBufferPointer { offsets in
      var product = CKByteProduct()
      product.xStride = Int64(plane.stride.x * plane.lanes * weights.product.elementSize)
      product.offsets = offsets.baseAddress
      product.runs = Int32(offsets.count)
      product.runSteps = Int32(weights.order.length / weights.product.stepFactors)
      product.weights = UnsafePointer(weights.values.base + strip.start)
      product.to = weights.ending.loops(from: outputs.firstBlock)
      product.yStride = Int64(lanes)
      product.yBlockStride = Int64(outPlane)
      product.pixels = Int32(band.columns.count)
      product.blocks = Int32(outputs.blocks)
      for row in band.rows {
        let pixel = row * band.rowLength + band.columns.lowerBound
        let start = plane.offset(row: row, column: band.columns.lowerBound)
        product.x = input + start * weights.product.elementSize
        if let limits = weights.limits {
          largest?.note(start, limits.base + strip.firstRun, in: &product)
        }
        product.write(
          output, at: first + outputs.firstBlock * outPlane + pixel * lanes, weights.ending)
        weights.product.multiply(&product)
      }
    }
  }
}
