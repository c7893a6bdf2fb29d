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
    return min(max(fitting, fewest), share >= 14 ? share : total)
  }
}

extension CKTiling {
  init(_ shape: ConvolutionShape) {
    self.init(
      height: Int32(shape.height), width: Int32(shape.width), outHeight: Int32(shape.outHeight),
      outWidth: Int32(shape.outWidth), padTop: Int32(shape.padTop), padLeft: Int32(shape.padLeft),
      tilesAcross: Int32((shape.outWidth + 3) / 4))
  }
}
