/// How an image is fitted into a frame without distortion: scaled until one side fits, the rest filled with grey.
///
/// Geometry and the way back are those of the detectors that `Placement` names, to the bit. Pixels differ slightly: those tools
/// resize with OpenCV, which reads only the four neighbours of a position, and this with Pillow's filters, which read all that
/// an output pixel covers.
public struct Letterbox: Codable, Hashable, Sendable {
  /// Where in the frame the image is.
  public enum Placement: String, CaseIterable, Codable, Sendable {
    /// In the middle, with sides rounded half to even: Ultralytics' `LetterBox` (`auto=False`) and `scale_boxes`.
    case center
    /// At the left and on top, with sides rounded down: YOLOX' `preproc`, whose way back divides by the unrounded scale.
    case corner
  }

  /// The frame's size, and the image's in the frame, in pixels.
  public let width: Int
  public let height: Int
  public let innerWidth: Int
  public let innerHeight: Int
  /// The bars on the left and on top, in pixels. Of an odd rest, the right and the lower bar get the one more.
  public let left: Int
  public let top: Int
  /// Pixels of the frame per pixel of the original, for the way of boxes.
  public let scaleX: Double
  public let scaleY: Double

  /// The grey of the bars.
  public static let grey: UInt8 = 114

  public init(
    of size: ImageSize, width: Int, height: Int, placement: Placement = .center
  ) throws(ImagingError) {
    guard size.width > 0, size.height > 0, width > 0, height > 0 else {
      throw .invalidPreprocessing(
        reason: "fitting \(size.width)x\(size.height) into \(width)x\(height)")
    }
    _ = try ImageBuffer.byteCount(width: width, height: height)
    let scale = min(Double(height) / Double(size.height), Double(width) / Double(size.width))
    func inner(_ side: Int, in frame: Int) -> Int {
      let rule: FloatingPointRoundingRule = placement == .center ? .toNearestOrEven : .down
      return min(max(Int((Double(side) * scale).rounded(rule)), 1), frame)
    }
    func bar(_ rest: Int) -> Int {
      placement == .center ? Int((Double(rest) / 2 - 0.1).rounded(.toNearestOrEven)) : 0
    }
    (self.width, self.height) = (width, height)
    innerWidth = inner(size.width, in: width)
    innerHeight = inner(size.height, in: height)
    left = bar(width - innerWidth)
    top = bar(height - innerHeight)
    let isCentred = placement == .center
    scaleX = isCentred ? Double(innerWidth) / Double(size.width) : scale
    scaleY = isCentred ? Double(innerHeight) / Double(size.height) : scale
  }

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
  /// The image in a frame of this size, with bars of `Letterbox.grey`.
  public func letterboxed(
    width: Int, height: Int, placement: Letterbox.Placement = .center,
    interpolation: Interpolation = .bilinear
  ) throws(ImagingError) -> ImageBuffer {
    let box = try Letterbox(of: size, width: width, height: height, placement: placement)
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
