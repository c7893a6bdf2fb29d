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

  /// More pixels than any photograph has: a larger header is damage or an attack on memory.
  public static let pixelLimit = 1 << 28

  /// `width * height * 3`, or an error when that is too many to hold.
  static func byteCount(width: Int, height: Int) throws(ImagingError) -> Int {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= pixelLimit else {
      throw .tooManyPixels(width: width, height: height, limit: pixelLimit)
    }
    return pixels * channels
  }
}
