import CKernels

/// A 3×3 stride-1 convolution as Winograd's F(4×4, 3×3): 36 products per 16 outputs and channel pair instead of 144.
/// Lavin and Gray 2016, arXiv:1509.09308.
///
/// Its products are 36 independent pointwise convolutions over tiles, which run on the same loop as
/// `DirectConvolution`. Rounding: transforms scale intermediate values by up to 100; measured errors stay below
/// 10⁻⁵ of the largest output (ConvolutionTests).
struct WinogradConvolution {
  let shape: ConvolutionShape
  let weights: WinogradWeights
  let loops: BlockLoops

  static let positions = 36

  static func applies(to shape: ConvolutionShape) -> Bool {
    shape.kernelHeight == 3 && shape.kernelWidth == 3 && shape.strideX == 1 && shape.strideY == 1
      && shape.dilationX == 1 && shape.dilationY == 1 && shape.group == 1
  }

  static func tilesPerImage(_ shape: ConvolutionShape) -> Int {
    (shape.outHeight + 3) / 4 * ((shape.outWidth + 3) / 4)
  }

  /// - Parameters:
  ///   - input: N × ⌈C/16⌉ × H × W × 16.
  ///   - epilogue: its residual is laid out as the output.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    input: UnsafePointer<Float>, epilogue: CKEpilogue, output: UnsafeMutablePointer<Float>,
    scratch: Scratch, workers: Workers
  ) {
    let perImage = Self.tilesPerImage(shape)
    let total = perImage * shape.batch
    let step = WinogradTiles.atOnce(
      total, shape, workers: workers.count,
      bytes: 4 * Self.positions * (shape.inChannels + shape.outChannels))
    let parts = (total + step - 1) / step
    // Workers take parts of their own where there are enough; otherwise they share each part's phases.
    let sharing: Workers = parts < workers.count ? workers : .alone
    let whole = WinogradSides(shape, tiles: step)
    let floats = whole.inputCount + whole.outputCount
    let scratch = scratch.floats(floats * (parts < workers.count ? 1 : workers.count))
    func run(_ part: Int, _ worker: Int) {
      let first = part * step
      let tiles = WinogradTiles(range: first..<min(first + step, total), perImage: perImage)
      let sides = WinogradSides(shape, tiles: tiles.range.count)
      let transformed = scratch + worker * floats
      let products = transformed + sides.inputCount
      transform(tiles, sides, input, into: transformed, sharing)
      multiply(sides, transformed, into: products, sharing)
      transformBack(tiles, sides, products, epilogue, into: output, sharing)
    }
    if parts < workers.count {
      for part in 0..<parts { run(part, 0) }
    } else {
      workers.forEach(parts, run)
    }
  }

  private func transform(
    _ tiles: WinogradTiles, _ sides: WinogradSides, _ input: UnsafePointer<Float>,
    into transformed: UnsafeMutablePointer<Float>, _ workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let plane = shape.height * shape.width * lanes
    workers.forEach(sides.blocks.input) { block in
      tiles.forEachImage { image, first, range in
        withUnsafePointer(to: CKTiling(shape)) { tiling in
          loops.table.pointee.winogradInput(
            tiling, input + (image * sides.blocks.input + block) * plane,
            Int32(range.lowerBound), Int32(range.count),
            transformed + block * sides.block + first * lanes, Int64(sides.stride.input))
        }
      }
    }
  }

  private func multiply(
    _ sides: WinogradSides, _ transformed: UnsafePointer<Float>,
    into products: UnsafeMutablePointer<Float>, _ workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let offsets = weights.offsets(tiles: sides.tiles)
    workers.forEach(Self.positions) { position in
      offsets.withUnsafeBufferPointer { offsets in
        var product = CKProduct()
        product.x = transformed + position * sides.stride.input
        product.xStride = Int64(lanes)
        product.offsets = offsets.baseAddress
        product.runs = Int32(offsets.count)
        product.runLength = Int32(weights.runLength)
        product.bias = UnsafePointer(weights.zeros.base)
        product.yStride = Int64(lanes)
        product.yBlockStride = Int64(sides.block)
        product.pixels = Int32(sides.tiles)
        var epilogue = CKEpilogue()
        for first in stride(from: 0, to: sides.blocks.output, by: loops.blocksAtOnce) {
          product.weights = UnsafePointer(weights.base(position: position, block: first))
          product.blocks = Int32(min(loops.blocksAtOnce, sides.blocks.output - first))
          product.y = products + position * sides.stride.output + first * sides.block
          loops.table.pointee.multiply(&product, &epilogue)
        }
      }
    }
  }

  private func transformBack(
    _ tiles: WinogradTiles, _ sides: WinogradSides, _ products: UnsafePointer<Float>,
    _ epilogue: CKEpilogue, into output: UnsafeMutablePointer<Float>, _ workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let plane = shape.positions * lanes
    workers.forEach(sides.blocks.output) { block in
      tiles.forEachImage { image, first, range in
        let target = (image * sides.blocks.output + block) * plane
        var own = epilogue
        if let residual = epilogue.residual { own.residual = residual + target }
        withUnsafePointer(to: CKTiling(shape)) { tiling in
          loops.table.pointee.winogradOutput(
            tiling, products + block * sides.block + first * lanes, Int64(sides.stride.output),
            weights.bias.base + block * lanes, Int32(range.lowerBound), Int32(range.count),
            output + target, &own)
        }
      }
    }
  }
}
