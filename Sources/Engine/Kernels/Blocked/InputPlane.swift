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

  /// Throws where an image with its padding is more than a model may ask for.
  func checkSize() throws(GraphError) {
    try MemoryLimit.checkScratch([planes, height, width, lanes])
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
