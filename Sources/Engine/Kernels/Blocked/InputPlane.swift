/// An image's planes as the window sees them: with their padding, where there is any, and without the pixels that a 1×1
/// window of a blocked image skips: they would be part of every line that is read.
struct InputPlane {
  let height: Int
  let width: Int
  let isCopied: Bool
  /// From one window to the next.
  let stride: (y: Int, x: Int)
  /// Whether windows are pixels, one after the other.
  let isPointwise: Bool
  /// 16 for blocked planes, 1 for dense ones.
  let lanes: Int
  private let planes: Int
  private let source: (height: Int, width: Int)
  private let pad: (top: Int, left: Int)
  /// Pixels of the source from one that is copied to the next.
  private let step: (y: Int, x: Int)

  init(_ shape: ConvolutionShape, lanes: Int) {
    let reach = (
      y: (shape.outHeight - 1) * shape.strideY + (shape.kernelHeight - 1) * shape.dilationY + 1,
      x: (shape.outWidth - 1) * shape.strideX + (shape.kernelWidth - 1) * shape.dilationX + 1
    )
    let isPadded =
      shape.padTop > 0 || shape.padLeft > 0 || reach.y > shape.height || reach.x > shape.width
    let windows = (y: shape.strideY, x: shape.strideX)
    let skips =
      lanes == ChannelBlocks.lanes && !isPadded && shape.kernelHeight == 1
      && shape.kernelWidth == 1 && max(windows.y, windows.x) > 1
    isCopied = isPadded || skips
    isPointwise = skips || (shape.isPointwise && !isPadded)
    stride = skips ? (1, 1) : windows
    step = skips ? windows : (1, 1)
    if skips {
      (height, width) = (shape.outHeight, shape.outWidth)
    } else {
      (height, width) = isPadded ? (reach.y, reach.x) : (shape.height, shape.width)
    }
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
  func offset(row: Int, column: Int) -> Int {
    (row * stride.y * width + column * stride.x) * lanes
  }

  /// - Parameter filling: what lies outside the image.
  func copy<Element: SIMDScalar>(
    _ image: UnsafePointer<Element>, filling: Element, into padded: UnsafeMutablePointer<Element>,
    workers: Workers
  ) {
    workers.forEach(planes) { plane in
      let from = image + plane * source.height * source.width * lanes
      let target = padded + plane * height * width * lanes
      if step == (1, 1) {
        padPlane(from, filling, into: target)
      } else {
        gatherPlane(from, into: target)
      }
    }
  }

  private func gatherPlane<Element: SIMDScalar>(
    _ plane: UnsafePointer<Element>, into gathered: UnsafeMutablePointer<Element>
  ) {
    let from = UnsafeRawPointer(plane).assumingMemoryBound(to: SIMD16<Element>.self)
    let target = UnsafeMutableRawPointer(gathered).assumingMemoryBound(to: SIMD16<Element>.self)
    for y in 0..<height {
      for x in 0..<width {
        target[y * width + x] = from[y * step.y * source.width + x * step.x]
      }
    }
  }

  private func padPlane<Element>(
    _ plane: UnsafePointer<Element>, _ filling: Element,
    into padded: UnsafeMutablePointer<Element>
  ) {
    let columns = max(0, min(source.width, width - pad.left))
    let right = width - min(pad.left, width) - columns
    for y in 0..<height {
      let line = padded + y * width * lanes
      let row = y - pad.top
      guard row >= 0, row < source.height, columns > 0 else {
        line.update(repeating: filling, count: width * lanes)
        continue
      }
      line.update(repeating: filling, count: pad.left * lanes)
      (line + pad.left * lanes).update(
        from: plane + row * source.width * lanes, count: columns * lanes)
      (line + (pad.left + columns) * lanes).update(repeating: filling, count: right * lanes)
    }
  }
}
