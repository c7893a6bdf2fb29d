/// An 8-bit image, interleaved RGB (H×W×3), rows top to bottom without padding.
public struct ImageBuffer: Sendable, Equatable {
  public static let channels = 3

  public let width: Int
  public let height: Int
  /// `height * width * 3` bytes.
  public var pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == width * height * Self.channels, "an ImageBuffer holds H×W×3 bytes")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// More pixels than any camera takes, and the number from which Pillow refuses: a larger header is damage or an attack
  /// on memory.
  public static let pixelLimit = 178_956_970
  /// Rows of more pixels would take much memory while little of the image is there.
  public static let sideLimit = 65_535

  /// `width * height * 3`, or an error when that is too many to hold.
  static func byteCount(width: Int, height: Int) throws(ImagingError) -> Int {
    guard max(width, height) <= sideLimit else {
      throw .tooLongSide(width: width, height: height, limit: sideLimit)
    }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= pixelLimit else {
      throw .tooManyPixels(width: width, height: height, limit: pixelLimit)
    }
    return pixels * channels
  }
}
