import CKernels

/// A 3×3 stride-1 convolution of codes as Winograd's F(4×4, 3×3) in integers: the same sums as the direct one, exactly.
struct ByteWinograd {
  let shape: ConvolutionShape
  let weights: ByteWinogradWeights
  let loops: BlockLoops

  /// Whether it takes fewer steps than the direct convolution. The constants are cycles measured on AVX2 and AVX-512; since
  /// the codes are the same, every instruction set may choose for itself.
  static func pays(for shape: ConvolutionShape, _ loops: BlockLoops) -> Bool {
    guard WinogradConvolution.applies(to: shape) else { return false }
    let tiles = Double(WinogradConvolution.tilesPerImage(shape) * shape.batch)
    let blocks = (
      input: Double(ChannelBlocks.count(shape.inChannels)),
      output: Double(ChannelBlocks.count(shape.outChannels))
    )
    // 64 bytes of weights: two channels of one position for sixteen outputs.
    let vectors = 18 * Double(shape.inChannels) * blocks.output
    let products = vectors * max(tiles, 4)
    let transforms = tiles * (200 * blocks.input + 300 * blocks.output)
    let reading = vectors * (vectors * 64 > 8e6 ? 6 : 3)
    let direct =
      9 * Double(shape.inChannels) / Double(loops.stepFactors) * blocks.output
      * Double(shape.batch * shape.positions)
    return products + transforms + reading < direct
  }

  /// - Parameters:
  ///   - input: N × ⌈C/16⌉ × H × W × 16.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    _ input: UnsafePointer<UInt8>, zeroPoint: Int, into output: CodeLayerOutput, scratch: Scratch,
    workers: Workers
  ) {
    let perImage = WinogradConvolution.tilesPerImage(shape)
    let total = perImage * shape.batch
    let step = WinogradTiles.atOnce(
      total, shape, workers: workers.count,
      bytes: WinogradConvolution.positions * (2 * shape.inChannels + 4 * shape.outChannels))
    let parts = (total + step - 1) / step
    // Workers take parts of their own where there are enough; otherwise they share each part's phases.
    let sharing: Workers = parts < workers.count ? workers : .alone
    let whole = WinogradSides(shape, tiles: step)
    let size = 2 * whole.inputCount + 4 * whole.outputCount
    let memory = scratch.bytes(size * (parts < workers.count ? 1 : workers.count))
    func run(_ part: Int, _ worker: Int) {
      let first = part * step
      let tiles = WinogradTiles(range: first..<min(first + step, total), perImage: perImage)
      let sides = WinogradSides(shape, tiles: tiles.range.count)
      let own = memory + worker * size
      let codes = own.assumingMemoryBound(to: Int16.self)
      let sums = (own + 2 * sides.inputCount).assumingMemoryBound(to: Int32.self)
      transform(tiles, sides, input, zeroPoint, into: codes, sharing)
      multiply(sides, codes, into: sums, sharing)
      transformBack(tiles, sides, sums, into: output, sharing)
    }
    if parts < workers.count {
      for part in 0..<parts { run(part, 0) }
    } else {
      workers.forEach(parts, run)
    }
  }

  private func transform(
    _ tiles: WinogradTiles, _ sides: WinogradSides, _ input: UnsafePointer<UInt8>, _ zeroPoint: Int,
    into codes: UnsafeMutablePointer<Int16>, _ workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let plane = shape.height * shape.width * lanes
    workers.forEach(sides.blocks.input) { block in
      tiles.forEachImage { image, first, range in
        withUnsafePointer(to: CKTiling(shape)) { tiling in
          loops.table.pointee.winogradCodes(
            tiling, input + (image * sides.blocks.input + block) * plane, UInt8(zeroPoint),
            Int32(range.lowerBound), Int32(range.count),
            codes + block * sides.block + first * lanes,
            Int64(sides.stride.input))
        }
      }
    }
  }

  private func multiply(
    _ sides: WinogradSides, _ codes: UnsafePointer<Int16>, into sums: UnsafeMutablePointer<Int32>,
    _ workers: Workers
  ) {
    workers.forEach(WinogradConvolution.positions) { position in
      var product = CKWordProduct()
      product.x = codes + position * sides.stride.input
      product.xBlockStride = Int64(sides.block)
      product.inBlocks = Int32(sides.blocks.input)
      product.pixels = Int32(sides.tiles)
      product.yBlockStride = Int64(sides.block)
      for first in stride(from: 0, to: sides.blocks.output, by: loops.blocksAtOnce) {
        product.weights = UnsafePointer(weights.base(position: position, block: first))
        product.y = sums + position * sides.stride.output + first * sides.block
        product.blocks = Int32(min(loops.blocksAtOnce, sides.blocks.output - first))
        loops.table.pointee.multiplyWords(&product)
      }
    }
  }

  private func transformBack(
    _ tiles: WinogradTiles, _ sides: WinogradSides, _ sums: UnsafePointer<Int32>,
    into output: CodeLayerOutput, _ workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let plane = shape.positions * lanes
    workers.forEach(sides.blocks.output) { block in
      var ending = weights.ending.loops(from: block)
      ending.keepsSums = output.keepsSums ? 1 : 0
      tiles.forEachImage { image, first, range in
        var target = CKByteProduct()
        target.write(output, at: (image * sides.blocks.output + block) * plane, weights.ending)
        withUnsafePointer(to: CKTiling(shape)) { tiling in
          loops.table.pointee.winogradSums(
            tiling, sums + block * sides.block + first * lanes, Int64(sides.stride.output),
            Int32(range.lowerBound), Int32(range.count), &ending, &target.residual, target.y,
            target.values)
        }
      }
    }
  }
}
