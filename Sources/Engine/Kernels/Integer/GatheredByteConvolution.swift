import CKernels

/// A convolution of codes with clamped pairs as a product of im2col rows with weights: position by position of the window, the
/// channels of a group fastest (`PairOrder`).
struct GatheredByteConvolution {
  let shape: ConvolutionShape
  let weights: GatheredByteWeights

  /// - Parameters:
  ///   - input: N × C × H × W codes, dense or blocked as the weights expect.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    _ input: UnsafePointer<UInt8>, zeroPoint: Int, into output: CodeLayerOutput, scratch: Scratch,
    workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let given = weights.isBlocked ? ChannelBlocks.count(shape.inChannels) * lanes : shape.inChannels
    let outImage = ChannelBlocks.count(shape.outChannels) * shape.positions * lanes
    for image in 0..<shape.batch {
      let pixels = pixels(
        input + image * given * shape.height * shape.width, zeroPoint, workers)
      multiply(pixels, output, from: image * outImage, workers)
    }
  }

  private var plane: InputPlane { InputPlane(shape, lanes: max(shape.inChannels, 1)) }

  /// An image pixel by pixel, with the window's padding around it.
  private func pixels(
    _ image: UnsafePointer<UInt8>, _ zeroPoint: Int, _ workers: Workers
  ) -> AlignedValues<UInt8> {
    let (size, loops) = (shape.height * shape.width, weights.loops)
    let dense = AlignedValues<UInt8>(weights.isBlocked ? shape.inImageSize : 0)
    if weights.isBlocked {
      ByteChannels(loops: loops, workers: workers).unblock(
        image, batch: 1, channels: shape.inChannels, pixels: size, into: dense.base)
    }
    let pixels = AlignedValues<UInt8>(shape.inImageSize)
    loops.table.pointee.interleave(
      weights.isBlocked ? UnsafePointer(dense.base) : image, Int32(shape.inChannels), Int64(size),
      Int32(shape.inChannels), pixels.base)
    guard plane.isCopied else { return pixels }
    let padded = AlignedValues<UInt8>(plane.imageSize)
    plane.copy(pixels.base, filling: UInt8(zeroPoint), into: padded.base, workers: workers)
    return padded
  }

  /// Bytes of rows that stay in a cache while all weights pass over them.
  private static let bandBytes = 128 << 10

  private func multiply(
    _ pixels: AlignedValues<UInt8>, _ output: CodeLayerOutput, from first: Int, _ workers: Workers
  ) {
    let longest = weights.strips.map(\.depth).max() ?? 0
    let band = max(48, Self.bandBytes / max(longest, 1) / 12 * 12)
    let bands = (shape.positions + band - 1) / band
    workers.forEach(bands) { index in
      let positions = index * band..<min((index + 1) * band, shape.positions)
      let rows = AlignedValues<UInt8>(repeating: 0, count: positions.count * longest)
      var gathered: Range<Int>?
      var largest: LargestCodes?
      for strip in weights.strips {
        if strip.groups != gathered {
          gather(strip, positions, pixels, into: rows)
          gathered = strip.groups
          largest = largestCodes(strip, positions, rows)
        }
        multiply(strip, positions, rows, largest, output, from: first)
      }
    }
  }

  /// Where clamped products may be exact.
  private func largestCodes(
    _ strip: GatheredByteWeights.Strip, _ positions: Range<Int>, _ rows: AlignedValues<UInt8>
  ) -> LargestCodes? {
    guard weights.limits != nil else { return nil }
    return LargestCodes(rows.base, rows: positions.count, length: strip.depth, weights.loops)
  }

  private func gather(
    _ strip: GatheredByteWeights.Strip, _ positions: Range<Int>, _ pixels: AlignedValues<UInt8>,
    into rows: AlignedValues<UInt8>
  ) {
    let plane = plane
    for (index, position) in positions.enumerated() {
      let (y, x) = position.quotientAndRemainder(dividingBy: shape.outWidth)
      let first = y * plane.stride.y * plane.width + x * plane.stride.x
      for (place, group) in strip.groups.enumerated() {
        gather(
          pixels.base + first * shape.inChannels + group * shape.inChannelsPerGroup, plane,
          into: rows.base + index * strip.depth + place * weights.groupDepth)
      }
    }
  }

  /// The codes under one window.
  private func gather(
    _ window: UnsafePointer<UInt8>, _ plane: InputPlane, into row: UnsafeMutablePointer<UInt8>
  ) {
    let channels = shape.inChannelsPerGroup
    var target = row
    for y in 0..<shape.kernelHeight {
      for x in 0..<shape.kernelWidth {
        let pixel = y * shape.dilationY * plane.width + x * shape.dilationX
        target.update(from: window + pixel * shape.inChannels, count: channels)
        target += channels
      }
    }
  }

  private func multiply(
    _ strip: GatheredByteWeights.Strip, _ positions: Range<Int>, _ rows: AlignedValues<UInt8>,
    _ largest: LargestCodes?, _ output: CodeLayerOutput, from first: Int
  ) {
    let lanes = ChannelBlocks.lanes
    let outPlane = shape.positions * lanes
    let run = GatheredByteWeights.runLength
    let once = stride(from: 0, to: strip.depth, by: run).map(Int32.init)
    let offsets = Array(repeatElement(once, count: weights.digits).joined())
    offsets.withUnsafeBufferPointer { offsets in
      var product = CKByteProduct()
      product.x = UnsafePointer(rows.base)
      product.xStride = Int64(strip.depth)
      product.offsets = offsets.baseAddress
      product.runs = Int32(offsets.count)
      product.runSteps = Int32(run / 4)
      product.weights = UnsafePointer(weights.values.base + strip.start)
      product.to = weights.ending.loops(from: strip.outputs.firstBlock)
      product.yStride = Int64(lanes)
      product.yBlockStride = Int64(outPlane)
      product.pixels = Int32(positions.count)
      product.blocks = Int32(strip.outputs.blocks)
      product.write(
        output,
        at: first + strip.outputs.firstBlock * outPlane + positions.lowerBound * lanes,
        weights.ending)
      if let limits = weights.limits {
        largest?.note(0, limits.base + strip.firstRun, in: &product)
      }
      weights.loops.table.pointee.multiplyPairs(&product)
    }
  }
}
