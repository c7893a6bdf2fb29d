import CKernels

/// A convolution as products of pixel strips with weights: im2col and GEMM in one, without the im2col matrix.
///
/// For each strip of pixels and each pair of output blocks the sum over input channels and window positions stays in
/// registers. Bands of rows keep the input in the second-level cache while all output blocks pass over it. Sums whose
/// weights are too many for the first-level cache are taken in parts, each through all output blocks: one more load and
/// store of the output per part, in the same order of additions.
struct DirectConvolution {
  let shape: ConvolutionShape
  let weights: DirectWeights
  let loops: BlockLoops

  /// - Parameters:
  ///   - input: N × C × H × W, dense or blocked as the weights expect.
  ///   - epilogue: its residual is laid out as the output.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    input: UnsafePointer<Float>, epilogue: CKEpilogue, output: UnsafeMutablePointer<Float>,
    scratch: Scratch, workers: Workers
  ) {
    let plane = InputPlane(shape, lanes: weights.order.lanes)
    let padded = plane.isCopied ? scratch.floats(plane.imageSize) : nil
    let outImage = ChannelBlocks.count(shape.outChannels) * shape.positions * ChannelBlocks.lanes
    for image in 0..<shape.batch {
      var source = input + image * plane.sourceImageSize
      if let padded {
        plane.copy(source, filling: 0, into: padded, workers: workers)
        source = UnsafePointer(padded)
      }
      var imageEpilogue = epilogue
      if let residual = epilogue.residual { imageEpilogue.residual = residual + image * outImage }
      run(plane, source, imageEpilogue, output + image * outImage, workers)
    }
  }

  private func run(
    _ plane: InputPlane, _ input: UnsafePointer<Float>, _ epilogue: CKEpilogue,
    _ output: UnsafeMutablePointer<Float>, _ workers: Workers
  ) {
    let bands = Bands(shape, plane)
    let strips = weights.parts[0]
    let offsets = strips.first.map { weights.order.offsets($0.strip.channels, plane) } ?? []
    let chunks = min(workers.count, strips.count)
    workers.forEach(bands.count * chunks) { unit in
      let (band, chunk) = (bands[unit / chunks], unit % chunks)
      let own = strips.count * chunk / chunks..<strips.count * (chunk + 1) / chunks
      for piece in weights.parts.flatMap({ $0[own] }) {
        let offsets =
          shape.group == 1 ? offsets : weights.order.offsets(piece.strip.channels, plane)
        multiply(piece, offsets[piece.runs], band, plane, input, epilogue, output)
      }
    }
  }

  private func multiply(
    _ piece: DirectWeights.Piece, _ offsets: ArraySlice<Int32>, _ band: Bands.Band,
    _ plane: InputPlane,
    _ input: UnsafePointer<Float>, _ epilogue: CKEpilogue, _ output: UnsafeMutablePointer<Float>
  ) {
    let (strip, lanes) = (piece.strip, ChannelBlocks.lanes)
    let epilogue = piece.isLast ? epilogue : CKEpilogue()
    let outPlane = shape.positions * lanes
    let first = strip.firstBlock * outPlane
    offsets.withUnsafeBufferPointer { offsets in
      var product = CKProduct()
      product.xStride = Int64(plane.stride.x * plane.lanes)
      product.offsets = offsets.baseAddress
      product.runs = Int32(offsets.count)
      product.runLength = Int32(weights.order.length)
      product.weights = UnsafePointer(weights.values.base + piece.weights)
      product.bias =
        piece.isFirst ? UnsafePointer(weights.bias.base + strip.firstBlock * lanes) : nil
      product.yStride = Int64(lanes)
      product.yBlockStride = Int64(outPlane)
      product.pixels = Int32(band.columns.count)
      product.blocks = Int32(strip.blocks)
      for row in band.rows {
        let target = first + (row * band.rowLength + band.columns.lowerBound) * lanes
        product.x = input + plane.offset(row: row, column: band.columns.lowerBound)
        product.y = output + target
        var own = epilogue
        if let residual = epilogue.residual { own.residual = residual + target }
        loops.table.pointee.multiply(&product, &own)
      }
    }
  }
}
