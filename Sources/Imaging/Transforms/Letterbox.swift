/// How an image is fitted into a frame without distortion: scaled until one side fits, and centred between bars.
///
/// Geometry as Ultralytics' `LetterBox` has it (`auto=False`), and the way back as its `scale_boxes` takes it, to the bit.
/// Pixels differ slightly: Ultralytics resizes with OpenCV, which reads only the four neighbours of a position, and this with
/// Pillow's filters, which read all that an output pixel covers.
public struct Letterbox: Codable, Hashable, Sendable {
  /// The original image's size, the frame's, and the image's in the frame, in pixels.
  public let originalWidth: Int
  public let originalHeight: Int
  public let width: Int
  public let height: Int
  public let innerWidth: Int
  public let innerHeight: Int
  /// The bars on the left and on top, in pixels. Of an odd rest, the right and the lower bar get the one more.
  public let left: Int
  public let top: Int

  /// The grey of the bars.
  public static let grey: UInt8 = 114

  public init(of size: ImageSize, width: Int, height: Int) throws(ImagingError) {
    guard size.width > 0, size.height > 0, width > 0, height > 0 else {
      throw .invalidPreprocessing(
        reason: "fitting \(size.width)x\(size.height) into \(width)x\(height)")
    }
    _ = try ImageBuffer.byteCount(width: width, height: height)
    let scale = min(
      Double(height) / Double(size.height), Double(width) / Double(size.width))
    func inner(_ side: Int, in frame: Int) -> Int {
      min(max(Int((Double(side) * scale).rounded(.toNearestOrEven)), 1), frame)
    }
    func bar(_ rest: Int) -> Int { Int((Double(rest) / 2 - 0.1).rounded(.toNearestOrEven)) }
    (originalWidth, originalHeight) = (size.width, size.height)
    (self.width, self.height) = (width, height)
    innerWidth = inner(size.width, in: width)
    innerHeight = inner(size.height, in: height)
    left = bar(width - innerWidth)
    top = bar(height - innerHeight)
  }

  /// Pixels of the frame per pixel of the original. They differ by the rounding of sides.
  public var scaleX: Double { Double(innerWidth) / Double(originalWidth) }
  public var scaleY: Double { Double(innerHeight) / Double(originalHeight) }

  /// Where a point of the original, or a corner of a box, lies in the frame.
  public func framed(x: Double, y: Double) -> (x: Double, y: Double) {
    (x * scaleX + Double(left), y * scaleY + Double(top))
  }

  /// Where a point of the frame lies in the original; in the bars, outside it.
  public func original(x: Double, y: Double) -> (x: Double, y: Double) {
    ((x - Double(left)) / scaleX, (y - Double(top)) / scaleY)
  }
}

extension ImageBuffer {
  /// The image in the middle of a frame of this size, with bars of `Letterbox.grey`.
  public func letterboxed(
    width: Int, height: Int, interpolation: Interpolation = .bilinear
  ) throws(ImagingError) -> ImageBuffer {
    let box = try Letterbox(
      of: ImageSize(width: self.width, height: self.height), width: width, height: height)
    let inner = try resized(
      width: box.innerWidth, height: box.innerHeight, interpolation: interpolation)
    let rowBytes = box.innerWidth * Self.channels
    var pixels = [UInt8](repeating: Letterbox.grey, count: width * height * Self.channels)
    for row in 0..<box.innerHeight {
      let start = ((box.top + row) * width + box.left) * Self.channels
      pixels.replaceSubrange(
        start..<start + rowBytes, with: inner.pixels[row * rowBytes..<(row + 1) * rowBytes])
    }
    return ImageBuffer(width: width, height: height, pixels: pixels)
  }
}
