import CKernels

/// A convolution as products of pixel strips with weights: im2col and GEMM in one, without the im2col matrix.
///
/// For each strip of pixels and each pair of output blocks the sum over input channels and window positions stays in
/// registers. Bands of rows keep the input in the second-level cache while all output blocks pass over it.
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
        plane.copy(source, into: padded, workers: workers)
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
    let offsets = weights.strips.first.map { weights.order.offsets($0.channels, plane) } ?? []
    let chunks = min(workers.count, weights.strips.count)
    workers.forEach(bands.count * chunks) { unit in
      let (band, chunk) = (bands[unit / chunks], unit % chunks)
      let strips = weights.strips
      for index in strips.count * chunk / chunks..<strips.count * (chunk + 1) / chunks {
        let own =
          shape.group == 1 ? offsets : weights.order.offsets(strips[index].channels, plane)
        multiply(strips[index], own, band, plane, input, epilogue, output)
      }
    }
  }

  private func multiply(
    _ strip: DirectWeights.Strip, _ offsets: [Int32], _ band: Bands.Band, _ plane: InputPlane,
    _ input: UnsafePointer<Float>, _ epilogue: CKEpilogue, _ output: UnsafeMutablePointer<Float>
  ) {
    let lanes = ChannelBlocks.lanes
    let outPlane = shape.positions * lanes
    let first = strip.firstBlock * outPlane
    offsets.withUnsafeBufferPointer { offsets in
      var product = CKProduct()
      product.xStride = Int64(bandsStride(plane))
      product.offsets = offsets.baseAddress
      product.runs = Int32(offsets.count)
      product.runLength = Int32(weights.order.length)
      product.weights = UnsafePointer(weights.values.base + strip.weights)
      product.bias = UnsafePointer(weights.bias.base + strip.firstBlock * lanes)
      product.yStride = Int64(lanes)
      product.yBlockStride = Int64(outPlane)
      product.pixels = Int32(band.columns.count)
      product.blocks = Int32(strip.blocks)
      for row in band.rows {
        let target = first + (row * band.rowLength + band.columns.lowerBound) * lanes
        product.x = input + plane.offset(row: row, column: band.columns.lowerBound, shape)
        product.y = output + target
        var own = epilogue
        if let residual = epilogue.residual { own.residual = residual + target }
        loops.table.pointee.multiply(&product, &own)
      }
    }
  }

  private func bandsStride(_ plane: InputPlane) -> Int { shape.strideX * plane.lanes }
}

/// An image's planes as the window sees them: with their padding, where there is any.
struct InputPlane {
  let height: Int
  let width: Int
  let isCopied: Bool
  /// 16 for blocked planes, 1 for dense ones.
  let lanes: Int
  private let planes: Int
  private let source: (height: Int, width: Int)
  private let pad: (top: Int, left: Int)

  init(_ shape: ConvolutionShape, lanes: Int) {
    let reach = (
      y: (shape.outHeight - 1) * shape.strideY + (shape.kernelHeight - 1) * shape.dilationY + 1,
      x: (shape.outWidth - 1) * shape.strideX + (shape.kernelWidth - 1) * shape.dilationX + 1
    )
    isCopied =
      shape.padTop > 0 || shape.padLeft > 0 || reach.y > shape.height || reach.x > shape.width
    (height, width) = isCopied ? (reach.y, reach.x) : (shape.height, shape.width)
    self.lanes = lanes
    planes = (shape.inChannels + lanes - 1) / lanes
    source = (shape.height, shape.width)
    pad = (shape.padTop, shape.padLeft)
  }

  var imageSize: Int { planes * height * width * lanes }
  var sourceImageSize: Int { planes * source.height * source.width * lanes }

  /// Where the window of an output starts.
  func offset(row: Int, column: Int, _ shape: ConvolutionShape) -> Int {
    (row * shape.strideY * width + column * shape.strideX) * lanes
  }

  func copy(
    _ image: UnsafePointer<Float>, into padded: UnsafeMutablePointer<Float>, workers: Workers
  ) {
    workers.forEach(planes) { plane in
      copyPlane(
        image + plane * source.height * source.width * lanes,
        into: padded + plane * height * width * lanes)
    }
  }

  private func copyPlane(
    _ plane: UnsafePointer<Float>, into padded: UnsafeMutablePointer<Float>
  ) {
    let columns = max(0, min(source.width, width - pad.left))
    let right = width - min(pad.left, width) - columns
    for y in 0..<height {
      let line = padded + y * width * lanes
      let row = y - pad.top
      guard row >= 0, row < source.height, columns > 0 else {
        line.update(repeating: 0, count: width * lanes)
        continue
      }
      line.update(repeating: 0, count: pad.left * lanes)
      (line + pad.left * lanes).update(
        from: plane + row * source.width * lanes, count: columns * lanes)
      (line + (pad.left + columns) * lanes).update(repeating: 0, count: right * lanes)
    }
  }
}

/// An image's output cut into parts whose input fits into the second-level cache.
struct Bands {
  struct Band {
    let rows: Range<Int>
    let columns: Range<Int>
    /// Output pixels from one row to the next.
    let rowLength: Int
  }

  /// Leaves half of a common second-level cache of 512 KiB to weights and output.
  private static let inputFloats = 64 * 1024

  let count: Int
  private let size: (height: Int, width: Int)
  private let step: (rows: Int, columns: Int)
  private let across: Int

  init(_ shape: ConvolutionShape, _ plane: InputPlane) {
    // A pointwise convolution does not know rows: its image is one long row.
    let isOneRow = shape.isPointwise && !plane.isCopied
    size = isOneRow ? (1, shape.positions) : (shape.outHeight, shape.outWidth)
    let pixel = shape.inChannels * shape.strideX
    let columns = min(size.width, max(56, Self.inputFloats / max(1, pixel)))
    let row = pixel * columns * shape.strideY
    step = (max(1, min(size.height, Self.inputFloats / max(1, row))), columns)
    across = (size.width + columns - 1) / columns
    count = (size.height + step.rows - 1) / step.rows * across
  }

  subscript(index: Int) -> Band {
    let (row, column) = (index / across * step.rows, index % across * step.columns)
    return Band(
      rows: row..<min(row + step.rows, size.height),
      columns: column..<min(column + step.columns, size.width), rowLength: size.width)
  }
}
