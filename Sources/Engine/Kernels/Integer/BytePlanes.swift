import CKernels

/// An image's codes as the product reads them: with the zero point around them where windows reach beyond, without the
/// pixels that a 1×1 window skips, and widened to 16 bits where the processor multiplies those.
struct BytePlanes {
  let plane: InputPlane
  private let shape: ConvolutionShape
  private let product: ByteProduct
  private let zeroPoint: UInt8

  init(_ shape: ConvolutionShape, lanes: Int, zeroPoint: Int, _ product: ByteProduct) {
    plane = InputPlane(shape, lanes: lanes)
    (self.shape, self.product) = (shape, product)
    self.zeroPoint = UInt8(zeroPoint)
  }

  /// Bytes of a code.
  private var elementSize: Int { product.elementSize }
  private var isDense: Bool { plane.lanes != ChannelBlocks.lanes }

  /// Bytes of an image as it is given.
  var givenSize: Int { isDense ? shape.inImageSize : plane.sourceImageSize }

  /// Memory for what `prepare` writes.
  var scratchSize: Int {
    (isDense ? aligned(plane.sourceImageSize) : 0) + (plane.isCopied ? aligned(plane.imageSize) : 0)
      + (elementSize > 1 ? plane.imageSize * elementSize : 0)
  }

  private func aligned(_ size: Int) -> Int { (size + 63) / 64 * 64 }

  /// The image as the product reads it, in `scratch` or where it was.
  func prepare(
    _ image: UnsafePointer<UInt8>, _ scratch: UnsafeMutableRawPointer, workers: Workers
  ) -> UnsafePointer<UInt8> {
    var (image, free) = (image, scratch.assumingMemoryBound(to: UInt8.self))
    if isDense {
      product.loops.table.pointee.interleave(
        image, Int32(shape.inChannels), Int64(shape.height * shape.width), Int32(plane.lanes), free)
      image = UnsafePointer(free)
      free += aligned(plane.sourceImageSize)
    }
    if plane.isCopied {
      plane.copy(image, filling: zeroPoint, into: free, workers: workers)
      image = UnsafePointer(free)
      free += aligned(plane.imageSize)
    }
    guard elementSize > 1 else { return image }
    workers.widen(image, count: plane.imageSize, into: free, product.loops)
    return UnsafePointer(free)
  }
}

extension Workers {
  /// Codes as 16-bit integers.
  func widen(
    _ codes: UnsafePointer<UInt8>, count: Int, into wide: UnsafeMutablePointer<UInt8>,
    _ loops: BlockLoops
  ) {
    let target = UnsafeMutableRawPointer(wide).assumingMemoryBound(to: Int16.self)
    let piece = 32768
    forEach((count + piece - 1) / piece) { index in
      let start = index * piece
      loops.table.pointee.widen(
        codes + start, Int64(min(piece, count - start)), target + start)
    }
  }
}

extension BlockLoops {
  /// Codes that an exact product takes at once.
  var stepFactors: Int { Int(table.pointee.stepFactors) }
}
