import CKernels

/// Tiles of a batch, numbered through all images.
struct WinogradTiles {
  let range: Range<Int>
  let perImage: Int

  /// Calls `body` with each image, the position of its first tile in `range`, and its tiles.
  func forEachImage(_ body: (_ image: Int, _ first: Int, _ tiles: Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let image = start / perImage
      let end = min(range.upperBound, (image + 1) * perImage)
      body(image, start - range.lowerBound, start - image * perImage..<end - image * perImage)
      start = end
    }
  }

  /// As many tiles as keep both sides of the products near the second-level cache, but enough to be worth reading all
  /// weights for, and a part for each worker where there are enough for that.
  /// - Parameter bytes: of both sides, for one tile.
  static func atOnce(_ total: Int, _ shape: ConvolutionShape, workers: Int, bytes: Int) -> Int {
    let fitting = 768 * 1024 / bytes / 14 * 14
    let fewest = shape.inChannels * shape.outChannels > 65536 ? 56 : 28
    let share = (total + workers - 1) / workers
    return max(1, min(max(fitting, fewest), share >= 14 ? share : total))
  }
}

/// Transformed tiles and their products, position by position.
struct WinogradSides {
  let tiles: Int
  let blocks: (input: Int, output: Int)
  /// Values from one position to the next: never a multiple of a page, whose lines would share few places of a cache.
  let stride: (input: Int, output: Int)

  init(_ shape: ConvolutionShape, tiles: Int) {
    self.tiles = tiles
    blocks = (ChannelBlocks.count(shape.inChannels), ChannelBlocks.count(shape.outChannels))
    let block = tiles * ChannelBlocks.lanes
    stride = (blocks.input * block + 32, blocks.output * block + 32)
  }

  /// Values of a block at one position.
  var block: Int { tiles * ChannelBlocks.lanes }
  var inputCount: Int { WinogradConvolution.positions * stride.input }
  var outputCount: Int { WinogradConvolution.positions * stride.output }
}

extension CKTiling {
  init(_ shape: ConvolutionShape) {
    self.init(
      height: Int32(shape.height), width: Int32(shape.width), outHeight: Int32(shape.outHeight),
      outWidth: Int32(shape.outWidth), padTop: Int32(shape.padTop), padLeft: Int32(shape.padLeft),
      tilesAcross: Int32((shape.outWidth + 3) / 4))
  }
}
